"""How far a shop's database was read, and how to ask it for what came after."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from paldies.orders.shops import values

LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)  # earlier than any order, in every zone


class Form(StrEnum):
    """What a shop's timestamps are made of: `:since` has to be of the same."""

    AWARE = "aware"  # a timestamp with a zone
    NAIVE = "naive"  # a timestamp or date without one
    TEXT = "text"  # ISO 8601, compared letter by letter
    SECONDS = "seconds"  # Unix time
    MILLISECONDS = "milliseconds"

    @classmethod
    def of(cls, raw: Any) -> "Form | None":
        """The form of a value as the driver gave it; None if it tells nothing."""
        match raw:
            case bool():
                return None
            case datetime():
                return cls.AWARE if raw.tzinfo else cls.NAIVE
            case date():
                return cls.NAIVE
            case str():
                return cls.TEXT if raw.strip() else None
            case int() | float() | Decimal():
                return cls.MILLISECONDS if raw >= 10**11 else cls.SECONDS
        return None


def long_ago(form: Form) -> Any:
    """A value of that form that comes before every order, also where a database compares it as text."""
    if form in (Form.SECONDS, Form.MILLISECONDS):
        return 0
    return _bound(form, LONG_AGO, offset=timedelta(0))


@dataclass(frozen=True, slots=True)
class Mark:
    """The latest moment seen in a column, and how the shop writes such moments.

    `offset` is the lowest UTC offset seen: the clocks of a shop go back in autumn, and some of its programs
    may write UTC where others write local time, so that what is later may look earlier by the difference.
    """

    until: datetime
    form: Form
    offset: timedelta

    @classmethod
    def of(cls, raw: Any, *, zone: ZoneInfo) -> "Mark | None":
        """The mark that one raw value makes, if it can be understood."""
        try:
            form, moment = Form.of(raw), values.instant(raw, zone=zone)
        except values.BadValue:
            return None
        if form is None or moment is None:
            return None
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(), zone).astimezone(UTC)
        return cls(moment, form, _lowest_offset(raw, moment, zone=zone))

    @classmethod
    def restored(cls, kept: dict[str, Any]) -> "Mark":
        """From a cursor."""
        return cls(
            datetime.fromisoformat(kept["until"]), Form(kept["form"]), timedelta(seconds=kept["offset"])
        )

    def kept(self) -> dict[str, Any]:
        """For a cursor: plain JSON."""
        return {
            "until": self.until.isoformat(),
            "form": str(self.form),
            "offset": self.offset.total_seconds(),
        }

    def joined(self, other: "Mark | None") -> "Mark":
        """The later of both, with the lower offset."""
        if other is None:
            return self
        later = self if self.until >= other.until else other
        return replace(later, offset=min(self.offset, other.offset))

    def at_most(self, moment: datetime) -> "Mark":
        """Not later than `moment`: one order dated 2099 must not hide all that follow."""
        return replace(self, until=min(self.until, moment))

    def bound(self, overlap: timedelta, *, form: Form | None = None) -> Any:
        """What `:since` is bound to: `overlap` before the mark, in the shop's own form, rather too early."""
        return _bound(form or self.form, self.until - overlap, offset=self.offset)


def _bound(form: Form, moment: datetime, *, offset: timedelta) -> Any:
    wall = moment.astimezone(timezone(offset)).replace(tzinfo=None)
    match form:
        case Form.AWARE:
            return moment
        case Form.NAIVE:
            return wall
        case Form.TEXT:
            # a space sorts before the T that some programs write: that day is read again, but none is lost
            return wall.isoformat(sep=" ", timespec="seconds")
        case Form.SECONDS:
            return int(moment.timestamp())
        case Form.MILLISECONDS:
            return int(moment.timestamp() * 1000)


def _lowest_offset(raw: Any, moment: datetime, *, zone: ZoneInfo) -> timedelta:
    """The least offset that the clock which wrote `raw` may have had."""
    written = raw
    if isinstance(raw, str):
        try:
            written = datetime.fromisoformat(raw.strip())
        except ValueError:  # "… UTC"
            return timedelta(0)
    if isinstance(written, datetime) and written.tzinfo:
        return written.utcoffset() or timedelta(0)
    local = moment.astimezone(zone)
    offsets = [local.replace(fold=fold).utcoffset() for fold in (0, 1)]
    return min(offset or timedelta(0) for offset in offsets)
