"""What a campaign is: the values that a campaign.toml is read into."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from paldies.campaigns.traits import Window
from paldies.campaigns.words import EventKind, Purpose

_EXEMPT = frozenset(kind for kind in EventKind if kind.startswith(("promise.", "case.")))
ANSWERS = "answers"  # the campaign whose step is what somebody at the shop writes to whoever complains


@dataclass(frozen=True, slots=True)
class Step:
    """One planned contact. `after` counts from the trigger, as an exact duration."""

    name: str
    key: str  # the name it was born with (`was`), part of every message key
    after: timedelta
    channels: tuple[str, ...]  # in order of preference
    purpose: Purpose = Purpose.PROMOTIONAL
    within: timedelta | None = None  # the last permitted moment, counted from the trigger
    expires: timedelta = timedelta(hours=24)  # from the first moment it could have gone
    window: Window | None = None  # None: the channel's own
    when: str = ""
    approve: bool = False
    if_unapproved: Literal["send", "skip"] = "skip"
    sender: str = ""
    retry: tuple[timedelta, ...] = ()
    survey: bool = False  # asks how it was: not while a complaint is open

    @property
    def looks_early(self) -> bool:
        """Whether the policy sees it on enrolment already, to choose its moment or to ask a person."""
        return self.within is not None or self.approve


@dataclass(frozen=True, slots=True)
class Campaign:
    """One published or drafted plan."""

    name: str
    title: str
    trigger: EventKind
    steps: tuple[Step, ...]
    expects: str = ""
    risk: str = ""
    stop_on: frozenset[EventKind] = frozenset()
    who: str = ""
    again_after: timedelta | None = None
    catch_up: timedelta | None = None
    holdout: float = 0.0

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    @property
    def asks_whom(self) -> bool:
        """Whether it depends on order or customer who goes in, and into which arm."""
        return bool(self.who.strip()) or self.holdout > 0

    @property
    def is_exempt(self) -> bool:
        """Promise warnings and what answers complaints count towards no cap and have no holdout."""
        return self.trigger in _EXEMPT or self.name == ANSWERS
