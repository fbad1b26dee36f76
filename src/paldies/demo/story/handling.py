"""How the shop's own people get on with one customer."""

from dataclasses import dataclass
from datetime import timedelta

from paldies.campaigns.words import TaskOutcome

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Handling:
    """Spans count from when it lands on the desk, and pass over nights and weekends.

    `outcome` None: nobody gets round to it before its time is over.
    """

    outcome: TaskOutcome | None = TaskOutcome.REACHED
    note: str = ""
    takes: timedelta = 2 * _HOUR
    settles_after: timedelta = 26 * _HOUR  # a complaint
    resolution: str = "Rang, apologised, and put it right"
