"""Which of Twilio's records is the one that we do not know whether it came about."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from paldies.channels.base import Trace

# By how much Twilio's clock, which cuts off fractions of a second, may be behind ours. More would take an
# earlier call to the same number for this one.
CLOCKS_DIFFER = timedelta(seconds=30)
MOST_RECORDS = 1000  # one page of Twilio's lists, and more than one pair of numbers sees in a year


class Record(Protocol):
    @property
    def sid(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...  # UTC


R = TypeVar("R", bound=Record)


def first_after(trace: Trace, records: Iterable[R]) -> R | None:
    """The first that came about since `trace.began_at` and is not known for another message's.

    What is queued has neither been sent nor started, and Twilio's filters by time look at just that: so we
    compare ourselves, and when it was created.
    """
    since = trace.began_at - CLOCKS_DIFFER
    new = [each for each in records if each.sid not in trace.known and each.created_at >= since]
    return min(new, key=lambda each: each.created_at, default=None)
