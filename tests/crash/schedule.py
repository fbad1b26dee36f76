"""What is to go wrong in a life of the daemon: all of it follows from the seed."""

import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from paldies.faults import Point

T = TypeVar("T")


class End(StrEnum):
    """How a life ends."""

    POINT = "killed at a point"
    MOMENT = "killed at some moment"
    POWER = "power cut"
    POWER_AT_POINT = "power cut at a point"
    TERM = "asked to stop"
    TERM_THEN_KILL = "asked to stop, and killed meanwhile"


class Deed(StrEnum):
    """What happens to it while it lives."""

    REFUND = "orders refunded"
    CANCEL = "orders cancelled"
    OPT_OUT = "customers opt out"
    FREEZE = "stopped and continued"  # for longer than any deadline
    BLINK = "stopped and continued at once"
    LOCK = "database locked"
    DISK_FULL = "disk full"
    JUMP = "clock set"
    TWIN = "planned twice"  # by somebody who does not look first
    UNSUBSCRIBE = "unsubscribed by the link"
    SETTLE = "doubt settled by a person"
    SERVER_STOP = "database server stopped"
    CUT = "connections to the database cut"


@dataclass(frozen=True)
class Act:
    after: float  # seconds from the one before, or from the beginning
    deed: Deed
    lasts: float = 0.0
    size: float = 0.0  # orders, customers; or seconds that the clock is wrong from then on


@dataclass(frozen=True)
class Worker:
    """One more process that sends, beside the daemon; it begins with it and is always killed."""

    faults: str  # PALDIES_FAULT: perhaps it dies at a point before its time
    outlives: float  # seconds that it is alone, once the daemon has ended


@dataclass(frozen=True)
class Life:
    end: End
    acts: tuple[Act, ...]
    lasts: float  # seconds after the last act, at most
    letters: int  # orders that come before it begins, by campaign
    calls: int
    latecomers: int  # and soon after
    trouble: float  # the share of transactions in which a server fails
    faults: str = ""  # PALDIES_FAULT
    zone: str = "UTC"  # of the machine
    is_hasty: bool = False  # what befalls it does so from the very start, not once it runs
    is_read_only: bool = False  # a life in front of a folder that cannot be written to
    worker: Worker | None = None

    @property
    def has_power_cut(self) -> bool:
        return self.end in (End.POWER, End.POWER_AT_POINT)


HOUR, YEAR = 3600.0, 365 * 86_400.0
JUMPS = (HOUR, -HOUR, HOUR, -HOUR, 0.0, 0.0, 2 * YEAR, -2 * YEAR)
_ZONES = ("UTC", "Europe/Riga", "Asia/Vladivostok", "America/New_York")
_ENDS = {
    End.POINT: 36,
    End.MOMENT: 24,
    End.POWER: 8,
    End.POWER_AT_POINT: 12,
    End.TERM: 12,
    End.TERM_THEN_KILL: 8,
}
_DEEDS = {
    Deed.REFUND: 20,
    Deed.CANCEL: 12,
    Deed.OPT_OUT: 20,
    Deed.FREEZE: 3,
    Deed.BLINK: 12,
    Deed.LOCK: 6,
    Deed.DISK_FULL: 6,
    Deed.JUMP: 4,
    Deed.TWIN: 12,
    Deed.UNSUBSCRIBE: 10,
    Deed.SETTLE: 8,
    Deed.SERVER_STOP: 6,
    Deed.CUT: 10,
}
_OF_A_SERVER = frozenset({Deed.SERVER_STOP, Deed.CUT})
# Nobody else may write while the power shim watches what is synced.
_OTHERS_WRITE = frozenset({Deed.OPT_OUT, Deed.LOCK, Deed.TWIN, Deed.SETTLE})
_HASTY = 0.15
_ACCOMPANIED = 0.5
_OF_A_DAEMON = frozenset({Point.SNAPSHOT_STORED, Point.EVENTS_PLANNED})
_BEYOND_DEADLINES = 2.5  # seconds


def life(dice: random.Random, *, may_cut_power: bool, has_server: bool) -> Life:
    """One more, drawn from the dice; `has_server`: the database is no file."""
    ends = {end: weight for end, weight in _ENDS.items() if may_cut_power or "power" not in end}
    end = _drawn(ends, dice)
    if dice.random() < 0.02:
        return Life(End.TERM, (), 3.0, letters=1, calls=1, latecomers=0, trouble=0.0, is_read_only=True)
    has_cut = end in (End.POWER, End.POWER_AT_POINT)
    acts = tuple(
        act
        for act in (_act(dice) for _ in range(dice.choice((1, 2, 3, 4, 5))))
        if not (has_cut and act.deed in _OTHERS_WRITE) and (has_server or act.deed not in _OF_A_SERVER)
    )
    return Life(
        end=end,
        acts=acts,
        lasts=2.5 if end in (End.POINT, End.POWER_AT_POINT) else dice.uniform(0.1, 1.6),
        letters=dice.randrange(2, 7),
        calls=dice.randrange(2, 7),
        latecomers=dice.randrange(0, 3),
        trouble=dice.choice((0.0, 0.2, 0.4, 0.6)),
        faults=_faults(end, dice, may_race=not has_cut),
        zone=dice.choice(_ZONES),
        is_hasty=dice.random() < _HASTY,
        worker=_worker(dice) if has_server and dice.random() < _ACCOMPANIED else None,
    )


def crowded(one: Life) -> Life:
    """It stops before every claim, so that others may act there; nothing else goes wrong in time."""
    return replace(
        one, end=End.MOMENT, acts=(), lasts=6.0, letters=6, calls=6, trouble=0.0, is_hasty=False,
        is_read_only=False, faults=f"{Point.BEFORE_CLAIM}:1:STOP",
    )  # fmt: skip


def _worker(dice: random.Random) -> Worker:
    may_reach = [point for point in Point if point not in _OF_A_DAEMON]
    faults = f"{dice.choice(may_reach)}:{dice.choice((1, 2, 3, 5, 8))}" if dice.random() < 0.5 else ""
    return Worker(faults, outlives=dice.uniform(0.0, 1.0))


def _act(dice: random.Random) -> Act:
    deed = _drawn(_DEEDS, dice)
    after = dice.uniform(0.0, 0.3)
    match deed:
        case Deed.FREEZE:
            return Act(after, deed, lasts=_BEYOND_DEADLINES)
        case Deed.BLINK:
            return Act(after, deed, lasts=dice.uniform(0.02, 0.2))
        case Deed.LOCK | Deed.DISK_FULL | Deed.SERVER_STOP:
            return Act(after, deed, lasts=dice.uniform(0.1, 1.0))
        case Deed.JUMP:
            return Act(after, deed, size=dice.choice(JUMPS))
        case _:
            return Act(after, deed, size=dice.randrange(1, 4))


def _faults(end: End, dice: random.Random, *, may_race: bool) -> str:
    faults = []
    if may_race and dice.random() < 0.35:  # stopped just before a claim, and others act meanwhile
        faults.append(f"{Point.BEFORE_CLAIM}:{dice.randrange(1, 5)}:STOP")
    if end in (End.POINT, End.POWER_AT_POINT):
        point = dice.choice([point for point in Point if point != Point.BEFORE_CLAIM or not faults])
        faults.append(f"{point}:{dice.choice((1, 1, 1, 2, 3, 5))}")
    return ",".join(faults)


def _drawn(weights: dict[T, int], dice: random.Random) -> T:
    return dice.choices(list(weights), list(weights.values()))[0]
