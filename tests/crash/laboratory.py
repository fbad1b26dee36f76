"""Houses in which everything goes wrong, one after another, until enough has."""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.crash import power
from tests.crash.house import House
from tests.crash.living import Tenant
from tests.crash.oracle import Verdict, judge
from tests.crash.sabotage import NEEDS_POWER_CUTS, NEEDS_RACES
from tests.crash.schedule import Life, crowded, life
from tests.crash.telling import untold
from tests.postgres import NoServer, Server, postgres

LIVES = 36  # in one house: as many as fit into an hour of its time


@dataclass
class Outcome:
    """What became of one house."""

    seed: int
    lives: int
    deaths: int
    seconds: float
    verdict: str
    faults: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # promises, and daemons that fell over

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.lives} lives, {self.deaths} deaths, {sum(self.faults.values())} faults"
            f" in {self.seconds:.0f} s; {self.verdict}"
        )


def schedule(seed: int, lives: int, *, sabotage: str = "", has_server: bool = False) -> Iterator[Life]:
    """The same for the same seed, where power can be cut or not; only lives that a sabotage could show in."""
    dice = random.Random(f"{seed} schedule")
    may_cut = power.is_possible() and not has_server
    while lives:
        one = life(dice, may_cut_power=may_cut, has_server=has_server)
        if sabotage in NEEDS_POWER_CUTS and not one.has_power_cut:
            continue
        if sabotage in NEEDS_RACES:
            one = crowded(one)
        lives -= 1
        yield one


def run_seed(folder: Path, seed: int, *, lives: int = LIVES) -> Outcome:
    """Every third house has its database on a server, where one can be had."""
    if seed % 3 == 0:
        try:
            with postgres() as server:
                return run_house(folder, seed, lives=lives, server=server)
        except NoServer:
            pass
    return run_house(folder, seed, lives=lives)


def run_house(
    folder: Path, seed: int, *, lives: int = LIVES, sabotage: str = "", server: Server | None = None
) -> Outcome:
    """One house from its first day to its last deadline; its folder stays if a promise was broken.

    With a `server`, an empty one, its database is there instead of in a file.
    """
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    tenant = Tenant(House.built(folder, server), seed, sabotage=sabotage)
    with tenant.among_servers(seed):
        tenant.settle_in()
        for one in schedule(seed, lives, sabotage=sabotage, has_server=bool(server)):
            tenant.live(one)
        tenant.live_until_all_is_over()
    verdict: Verdict = judge(tenant.house, tenant.trade.due, tenant.misfortunes.wishes)
    record = tenant.record
    silences = [f"why says nothing of the doubt about order {order_id}" for order_id in untold(tenant.house)]
    broken = [*verdict.faults, *record.oddities, *silences]
    if not broken:
        shutil.rmtree(folder)
    return Outcome(
        seed=seed,
        lives=record.lives,
        deaths=record.deaths,
        seconds=time.monotonic() - began,
        verdict=str(verdict),
        faults=dict(record.faults),
        broken=broken,
    )


@dataclass
class Progress:
    """What a long run has come to, kept in a folder so that it goes on where it was ended."""

    folder: Path
    outcomes: list[Outcome] = field(default_factory=list)

    @classmethod
    def resumed(cls, folder: Path) -> "Progress":
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "outcomes.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return cls(folder, [Outcome(**json.loads(line)) for line in lines])

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        with (self.folder / "outcomes.jsonl").open("a") as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")

    @property
    def deaths(self) -> int:
        return sum(outcome.deaths for outcome in self.outcomes)

    @property
    def faults(self) -> Counter[str]:
        return sum((Counter(outcome.faults) for outcome in self.outcomes), Counter())

    @property
    def broken(self) -> list[str]:
        return [f"seed {one.seed}: {what}" for one in self.outcomes for what in one.broken]
