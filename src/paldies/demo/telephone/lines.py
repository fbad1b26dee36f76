"""What can happen at the far end of a telephone line; spans are seconds of the company's clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Answers and listens to the end, unless `hangs_up_after` (from answering) comes first.

    `presses`: the key pressed once the text has been said, where one is asked for.
    """

    answers_after: float = 6.0
    hangs_up_after: float | None = None
    presses: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Answers, plays its greeting, beeps, and records what comes then."""

    answers_after: float = 18.0
    greeting: float = 6.0
    kind: str = "machine"  # or "fax"


@dataclass(frozen=True, slots=True)
class Busy:
    after: float = 2.0


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Rings for as long as it may."""


@dataclass(frozen=True, slots=True)
class Unconnected:
    """The network cannot put it through; `code` is Twilio's word for why, if it has one."""

    code: int = 0
    after: float = 2.0


@dataclass(frozen=True, slots=True)
class Arrives:
    after: float = 4.0


@dataclass(frozen=True, slots=True)
class Undelivered:
    """`code`: Twilio's error code; `is_failed`: it did not even get to the network."""

    code: int = 30003
    after: float = 4.0
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class Untold:
    """Passed on to a network that never says what became of it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not even taken: 21211 no such number, 21614 no mobile, 21610 opted out, 21408 country not allowed …"""

    code: int = 21211


CallLine = Person | Machine | Busy | Unanswered | Unconnected | Refused
TextLine = Arrives | Undelivered | Untold | Refused
