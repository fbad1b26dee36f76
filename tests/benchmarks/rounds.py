"""Rounds: in each, every contestant sends the same mails once; and what all of them say together."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from tests.benchmarks.answers import Found
from tests.benchmarks.contestants import ON_SQLITE
from tests.benchmarks.contestants.course import Contestant, Course
from tests.benchmarks.contestants.ours import write_mails
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.scratch import NotHere, Scratch

_FEWEST = 100


@dataclass(frozen=True, slots=True)
class Held:
    """`rounds`: by how many connections they were held over."""

    rounds: dict[int, list[Found]]
    present: list[Contestant]
    absent: dict[str, str]


def hold(contestants: Sequence[Contestant], mails: int, *, rounds: int, connections: Sequence[int]) -> Held:
    """So many, over each number of connections in turn."""
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        course = write_mails(folder, mails)
        present, absent = prepared(contestants)
        held: dict[int, list[Found]] = {each: [] for each in connections}
        for number in range(1, rounds + 1):
            for each in connections:
                held[each].append(_run(folder, course, mails, present, number, connections=each))
    return Held(held, present, absent)


def prepared(contestants: Sequence[Contestant]) -> tuple[list[Contestant], dict[str, str]]:
    """Those that can take part; and why the others cannot, by name."""
    present, absent = [], {}
    for each in contestants:
        try:
            each.prepare(Scratch())
        except NotHere as why:
            absent[each.name] = str(why)
            print(f"{each.name} does not take part: {why}")
        else:
            present.append(each)
    return present, absent


def _run(
    folder: Path, mails: Path, count: int, contestants: Sequence[Contestant], number: int, *, connections: int
) -> Found:
    """Every other round goes the other way round, so that nobody always follows the same one."""
    print(f"round {number}, {connections} connections:")
    results = {}
    for each in contestants if number % 2 else reversed(contestants):
        own = folder / f"{number} {connections} {each.name}"
        own.mkdir()
        share = max(_FEWEST, round(count * each.share))
        with Receiver() as receiver:
            finish = each.race(Course(own, _some(mails, own, share), share, receiver, connections))
            heard = receiver.heard()
        if len(heard.accepted) != share:
            raise RuntimeError(f"{each.name} was to send {share} mails, and {len(heard.accepted)} came")
        rate = heard.rate(ended=finish.ended)
        results[each.name] = {
            "rate": rate,
            "mails": share,
            "size": heard.size,
            "megabytes": finish.megabytes,
            "work": finish.work and finish.work / share * 1e6,
            "kept": finish.kept and finish.kept / share,
        }
        beside = f"{rate / results[ON_SQLITE]['rate']:6.2f} × paldies" if ON_SQLITE in results else ""
        print(f"  {each.name:36}{rate:8.0f}/s{beside}", flush=True)
    return results


def _some(mails: Path, folder: Path, count: int) -> Path:
    """The first ones; only the limit is asked for more than there are, and sends one of them."""
    path = folder / "mails.jsonl"
    with mails.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as some:
        some.writelines(islice(lines, count))
    return path


def usual(rounds: Sequence[Found], name: str, what: str) -> float:
    """The median; 0 if it is not known."""
    return median(each[name].get(what) or 0 for each in rounds)


def ratio(rounds: Sequence[Found], name: str, other: str) -> float:
    """The median of those of each round."""
    return median(each[name]["rate"] / each[other]["rate"] for each in rounds)
