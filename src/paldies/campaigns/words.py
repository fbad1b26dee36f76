"""The words that the database, the code and the command line share."""

from enum import StrEnum
from functools import cache
from typing import Self


class Sentenced(StrEnum):
    """A closed list of words with one sentence each; a list that says more has an `__init__` of its own."""

    sentence: str

    def __new__(cls, word: str, *_: object) -> Self:
        one = str.__new__(cls, word)
        one._value_ = word
        return one

    def __init__(self, _: str, sentence: str) -> None:
        self.sentence = sentence


class EventKind(StrEnum):
    """What can happen to an order; also what can trigger a campaign."""

    PLACED = "order.placed"
    CONFIRMED = "order.confirmed"  # paid, or accepted for cash on delivery or invoice
    PAID = "order.paid"
    PART_SHIPPED = "order.part_shipped"
    SHIPPED = "order.shipped"
    DELIVERED = "order.delivered"
    CANCELLED = "order.cancelled"
    REFUNDED = "order.refunded"
    PART_REFUNDED = "order.part_refunded"
    PROMISE_AT_RISK = "promise.at_risk"
    PROMISE_BROKEN = "promise.broken"
    PROMISE_BEATEN = "promise.beaten"
    FEEDBACK = "feedback.received"
    CASE_OPENED = "case.opened"  # a complaint, for each anew
    STAGE = "stage.reached"
    MANUAL = "manual"  # a person said so


class OrderStatus(StrEnum):
    """The shop's word for an order's state, in our words."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"


class Purpose(StrEnum):
    SERVICE = "service"  # about this order; the field's "transactional"
    PROMOTIONAL = "promotional"  # everything else, and everything unknown


class EnrolmentState(StrEnum):
    OPEN = "open"
    JOINED = "joined"  # shares the passage of an order placed shortly before
    DECLINED = "declined"
    STOPPED = "stopped"
    FINISHED = "finished"


class MessageStatus(StrEnum):
    """What we did with a message; what the provider says of it is a delivery event."""

    SCHEDULED = "scheduled"
    SENDING = "sending"  # may have left the building
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"  # may have left, we do not know
    SKIPPED = "skipped"  # never, by policy
    CANCELLED = "cancelled"  # never, the order or the customer's wish changed
    FAILED = "failed"  # refused for good
    HELD = "held"  # waits for a person


class Arm(StrEnum):
    TREATED = "treated"
    HOLDOUT = "holdout"  # left alone on purpose, to measure effect


class Stage(StrEnum):
    """How far a customer's trust has grown."""

    NEW = "new"
    RETURNING = "returning"
    LOYAL = "loyal"
    FAN = "fan"


class TaskKind(StrEnum):
    """What a person at the shop is asked to do."""

    STEP = "step"  # what a campaign's step says
    CALL_BACK = "call_back"  # the customer has asked to be rung
    ANSWER = "answer"  # the customer has written something that only a person can answer


class TaskOutcome(StrEnum):
    """How it went, in the words that staff choose from."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    NO_MORE = "no_more"  # asked not to be called again
    PROBLEM = "problem"  # there is something to complain about: opens a case
    NOT_DONE = "not_done"  # nobody did it in time
    WITHDRAWN = "withdrawn"  # its cause is gone


class AddressKind(StrEnum):
    """What a channel needs to know to reach a person."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    NONE = "none"


# Words as they come from the database: an enumeration's own look-up takes five times as long.
arm_of = cache(Arm)
kind_of = cache(EventKind)
purpose_of = cache(Purpose)
stage_of = cache(Stage)
status_of = cache(OrderStatus)
