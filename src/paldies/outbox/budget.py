"""How much may be spent on calls and text messages in one of the shop's days."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.store.schema import attempts

_LONGEST_DAY = timedelta(hours=25)  # in spring and autumn; some zones have moved by more, once


class Budget:
    """One purse, in one currency, for all channels that cost something."""

    def __init__(self, limit: Decimal | None, zone: ZoneInfo) -> None:
        """`limit` is for a day of `zone`, from midnight on; None: there is none."""
        self._limit = limit
        self._zone = zone
        self._day_ends = datetime.min.replace(tzinfo=zone)
        self._spent = Decimal(0)

    def load(self, session: Session, now: datetime) -> None:
        """Counts what was spent today before the last start."""
        self._begin_day(now)
        midnight = datetime.combine(now.astimezone(self._zone).date(), time.min, self._zone)
        spent = session.scalar(
            select(func.sum(attempts.c.cost)).where(attempts.c.started_at >= midnight, attempts.c.cost > 0)
        )
        self._spent = Decimal(spent or 0)

    def closed_until(self, price: Decimal, now: datetime) -> datetime | None:
        """When there is money again, if `price` is more than what is left today."""
        if not price:
            return None
        if not timedelta(0) < self._day_ends - now <= _LONGEST_DAY:  # or the clock was set back
            self._begin_day(now)
        if self._limit is None or self._spent + price <= self._limit:
            return None
        return self._day_ends.astimezone(now.tzinfo)

    def spend(self, price: Decimal) -> None:
        """A negative price gives back."""
        self._spent += price

    def _begin_day(self, now: datetime) -> None:
        today = now.astimezone(self._zone).date()
        self._day_ends = datetime.combine(today + timedelta(days=1), time.min, self._zone)
        self._spent = Decimal(0)
