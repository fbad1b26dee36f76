"""How far the orders of an API were read, and where a walk through its pages was left."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from paldies.orders.shops.since import LONG_AGO


@dataclass(frozen=True, slots=True)
class Walk:
    """One passage through all pages of what changed after `since` (None: of everything)."""

    since: datetime | None
    began_at: datetime  # by our clock: what changes later may be on a page that is behind us
    page: int = 1  # the next one to ask for
    latest: datetime | None = None  # the latest change seen
    rejected_at: datetime | None = None  # the earliest change of an order that could not be understood

    def past(self, changed_at: datetime | None) -> "Walk":
        """Having read an order that changed then."""
        if changed_at is None:
            return self
        return replace(self, latest=max(changed_at, self.latest or changed_at))

    def rejecting(self, changed_at: datetime | None) -> "Walk":
        """Having rejected an order that changed then."""
        moment = changed_at or LONG_AGO
        return replace(self, rejected_at=min(moment, self.rejected_at or moment))


@dataclass(frozen=True, slots=True)
class Reach:
    """What is kept between two polls.

    Rejected orders do not hold up the rest, and are not lost: when the settings have changed, all is read
    again from the first of them.
    """

    settings: str  # their fingerprint, now
    mark: datetime | None = None  # all that changed until then was read
    rejected_at: datetime | None = None
    walk: Walk | None = None

    @classmethod
    def restored(cls, kept: dict[str, Any], *, settings: str) -> "Reach":
        mark, rejected_at = _moment(kept.get("mark")), _moment(kept.get("rejected_at"))
        if not kept or kept["settings"] == settings:
            return cls(settings, mark, rejected_at, _walk(kept.get("walk")))
        if rejected_at is None or mark is None:
            return cls(settings, mark)
        return cls(settings, min(mark, rejected_at))

    def during(self, walk: Walk) -> "Reach":
        return replace(self, walk=walk)

    def after(self, walk: Walk) -> "Reach":
        """At its end. One order dated 2099 does not hide all that follow."""
        rejected = [moment for moment in (self.rejected_at, walk.rejected_at) if moment]
        reached = [
            moment for moment in (self.mark, walk.latest and min(walk.latest, walk.began_at)) if moment
        ]
        return Reach(self.settings, max(reached, default=None), min(rejected, default=None))

    def kept(self) -> dict[str, Any]:
        """Plain JSON; empty as long as nothing was read."""
        if self.mark is None and self.walk is None:
            return {}
        kept: dict[str, Any] = {"settings": self.settings}
        if self.mark:
            kept["mark"] = self.mark.isoformat()
        if self.rejected_at:
            kept["rejected_at"] = self.rejected_at.isoformat()
        if self.walk:
            kept["walk"] = {
                "since": _written(self.walk.since),
                "began_at": _written(self.walk.began_at),
                "page": self.walk.page,
                "latest": _written(self.walk.latest),
                "rejected_at": _written(self.walk.rejected_at),
            }
        return kept


def _walk(kept: dict[str, Any] | None) -> Walk | None:
    if kept is None:
        return None
    return Walk(
        _moment(kept["since"]),
        datetime.fromisoformat(kept["began_at"]),
        page=kept["page"],
        latest=_moment(kept["latest"]),
        rejected_at=_moment(kept["rejected_at"]),
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
