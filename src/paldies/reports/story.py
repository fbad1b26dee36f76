"""What is told about an order: every campaign and every step, each with one outcome and one reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paldies.campaigns.definition import Step
from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, EventKind, MessageStatus, OrderStatus
from paldies.reports.silences import Silence


class Outcome(StrEnum):
    """How a step ended, or where it stands."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    HELD = "held"
    NOT_ENROLLED = "not_enrolled"


@dataclass(frozen=True, slots=True)
class EventStory:
    """Something that happened to the order, and when the shop was first heard to say so."""

    kind: EventKind
    ordinal: int
    happened_at: datetime
    first_seen_at: datetime
    is_history: bool


@dataclass(frozen=True, slots=True)
class AttemptStory:
    """One try; `subject` and `text` are what was said, if that was asked for and is still kept."""

    address: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str  # a status or a reason; empty while it lasts
    note: str
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """What was reported of a message after it had left."""

    kind: DeliveryKind
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What would have stopped a message, had it not left already."""

    by: str  # "cancellation", "refund" or "opt-out"
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """What forbids an address or number; `reason` is as it was noted, for staff."""

    by: str  # the customer's first name; empty if that is not known
    reason: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person at the shop was asked to do; `done_at` is None as long as nobody has."""

    number: int
    due_at: datetime
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class LegStory:
    """One message. `at` is when it was sent, ended or claimed, or when it will be looked at."""

    id: int  # of the message: what staff may call it by
    key: str
    number: int
    channel: str
    status: MessageStatus
    reason: Reason | None  # None: it was sent
    note: str
    at: datetime
    claimed_at: datetime | None = None
    is_parked: bool = False
    possible_duplicate: bool = False
    receipt: str = ""
    goes_at: datetime | None = None  # when it may go first, if nobody has looked at it yet
    refusal: Refusal | None = None  # why it was skipped as `suppressed`
    errand: Errand | None = None
    is_awaited: bool = False  # what became of it is still to be reported
    attempts: tuple[AttemptStory, ...] = ()
    deliveries: tuple[DeliveryStory, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()


@dataclass(frozen=True, slots=True)
class StepStory:
    """One step; its last leg decides how it ended."""

    key: str
    plan: Step | None  # None: the plan has no such step any more
    outcome: Outcome
    reason: Reason | Silence | None  # None: it was sent
    note: str = ""
    at: datetime | None = None
    legs: tuple[LegStory, ...] = ()

    @property
    def name(self) -> str:
        return self.plan.name if self.plan else self.key


@dataclass(frozen=True, slots=True)
class Shared:
    """The passage of the other order that speaks for this one as well."""

    shop: str
    order_id: str
    order_number: str
    steps: tuple[StepStory, ...]


@dataclass(frozen=True, slots=True)
class PassageStory:
    """One campaign and one event; `state` is None where the order never came to an enrolment."""

    campaign: str
    title: str
    occurrence: str  # "order.confirmed.1"; empty if it has not happened
    state: EnrolmentState | None
    reason: Reason | Silence | None  # None: it went in, and nothing has stopped it
    note: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    plan_version: int | None = None
    paused_at: datetime | None = None  # the campaign, for everybody
    withdrawn_at: datetime | None = None
    steps: tuple[StepStory, ...] = ()
    shared: Shared | None = None


class Coming(StrEnum):
    """What the next thing is that will happen."""

    GOES = "goes"
    APPROVAL = "approval"  # a person has to let it go until then
    ERRAND = "errand"  # a person has to have done it by then


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next thing that will happen to an order, and when, if nothing comes between."""

    what: Coming
    campaign: str  # its title
    step: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderStory:
    """Everything that concerns one order, as the database knew it at `now`; zones are IANA names."""

    shop: str
    id: str  # the shop's own
    number: str
    status: OrderStatus
    placed_at: datetime
    customer_name: str
    email: str
    contact_problem: str
    customer_zone: str  # empty if nobody knows where the customer is
    shop_zone: str
    now: datetime
    events: tuple[EventStory, ...]
    passages: tuple[PassageStory, ...]
    upcoming: Upcoming | None = None
    paused_at: datetime | None = None  # all sending, by a person
    fence: str = ""  # why nothing is sent: the database was restored or copied
    daemon_silent_since: datetime | None = None
