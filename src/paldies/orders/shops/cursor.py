"""What is kept between two polls of a shop's database."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from paldies.orders.shops.since import LONG_AGO, Mark


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the orders were read, and where the first lies that could not be understood.

    Rejected orders do not hold up the rest, and are not lost: when the settings have changed, all is read
    again from the first of them.
    """

    settings: str  # their fingerprint, now
    mark: Mark | None = None
    rejected_at: datetime | None = None

    @classmethod
    def restored(cls, kept: dict[str, Any], *, settings: str) -> "Cursor":
        if not kept:
            return cls(settings)
        mark = Mark.restored(kept["mark"])
        rejected_at = kept.get("rejected_at")
        if rejected_at is None:
            return cls(settings, mark)
        if kept["settings"] != settings:
            return cls(settings, mark.at_most(datetime.fromisoformat(rejected_at)))
        return cls(settings, mark, datetime.fromisoformat(rejected_at))

    def past(self, mark: Mark | None) -> "Cursor":
        """Having read a row of that moment."""
        return replace(self, mark=mark.joined(self.mark)) if mark else self

    def rejecting(self, mark: Mark | None) -> "Cursor":
        """Having rejected a row of that moment."""
        moment = mark.until if mark else LONG_AGO
        return replace(self, rejected_at=min(moment, self.rejected_at or moment))

    def kept(self, now: datetime) -> dict[str, Any]:
        """Plain JSON; empty as long as no row told its time."""
        if self.mark is None:
            return {}
        kept: dict[str, Any] = {"mark": self.mark.at_most(now).kept()}
        if self.rejected_at:
            kept |= {"rejected_at": self.rejected_at.isoformat(), "settings": self.settings}
        return kept
