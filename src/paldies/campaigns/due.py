"""A message whose time has come, as the policy sees it."""

from datetime import datetime

from paldies.campaigns.definition import Step
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import Arm, EventKind, Purpose
from paldies.value import value


@value
class Due:
    """One leg of one step; instants are aware."""

    key: str
    enrolment: str
    campaign: str
    step: Step
    leg: int
    traits: Traits
    purpose: Purpose
    send_at: datetime
    event_at: datetime  # when the trigger happened
    expires_at: datetime | None
    previous_at: datetime | None  # the latest planned moment of the enrolment's earlier steps
    stop_on: frozenset[EventKind] = frozenset()  # what ends the campaign
    arm: Arm = Arm.TREATED
    is_late_seen: bool = False  # counts for the blast breaker, until a person has released it
    is_withdrawn: bool = False  # the plan has this step no longer: the message came back after it was moved
    is_exempt: bool = False  # promise warnings and case replies: no cap, no holdout
    approved: bool = False
    not_before: datetime | None = None  # of the trigger, where its time is a guess: as in OrderEvent
    released_at: datetime | None = None  # when a person who was asked whether it had gone let it go
