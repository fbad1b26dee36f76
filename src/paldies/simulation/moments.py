"""The simulation's clock: whoever handles something has the moment of that to himself."""

from contextvars import ContextVar
from datetime import datetime

_moment: ContextVar[datetime] = ContextVar("moment")


def be_at(moment: datetime) -> None:
    """From now on it is that moment, back or forth, for the task that says so and those it begins."""
    _moment.set(moment)


class OwnMoments:
    """See Clock."""

    def now(self) -> datetime:
        return _moment.get()
