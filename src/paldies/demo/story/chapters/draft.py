"""An order as a chapter sketches it, before it has a number and a basket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from paldies.demo.story.cast import Person
from paldies.demo.story.deeds import Payment, What


@dataclass(slots=True)
class Draft:
    """Spans of refunds and cancellations count from payment."""

    person: Person
    placed_at: datetime
    payment: Payment = Payment.CARD
    has_todo: bool = False
    todo_takes: timedelta | None = None  # from the order until the buyer has done it; None: as it happens
    pays_after: timedelta = timedelta(0)
    bank_is_slow_by: timedelta = timedelta(0)
    cancelled_after: timedelta | None = None
    refunded_after: timedelta | None = None
    part_refunded_after: timedelta | None = None  # counts from delivery
    buys: str = ""  # the code of an article that has to be in the basket

    @property
    def end(self) -> tuple[timedelta, What] | None:
        """What ends it before anything is sent."""
        if self.cancelled_after is not None:
            return self.cancelled_after, What.CANCELLED
        if self.refunded_after is not None:
            return self.refunded_after, What.REFUNDED
        return None


Chapter = Callable[[datetime], Sequence[Draft]]


def at(begins: datetime, day: int, clock: str, buyer: Person) -> datetime:
    """A moment on the buyer's own clock, so many days after the month began."""
    return datetime.combine(begins.date() + timedelta(days=day), time.fromisoformat(clock), buyer.place.clock)
