"""How the chronicle's words read to somebody who has never heard of paldies."""

from collections.abc import Mapping

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import EventKind, TaskKind, TaskOutcome

HAPPENED: Mapping[str, str] = {
    EventKind.PLACED: "orders for {amount}",
    EventKind.PAID: "has paid",
    EventKind.SHIPPED: "parcel leaves",
    EventKind.DELIVERED: "parcel arrives",
    EventKind.CANCELLED: "cancels the order",
    EventKind.REFUNDED: "gets the money back",
    EventKind.PART_REFUNDED: "gets a part of the money back",
}
CALLED: Mapping[str, str] = {
    DeliveryKind.ANSWERED: "answered",
    DeliveryKind.BUSY: "busy",
    DeliveryKind.NO_ANSWER: "nobody answers",
    DeliveryKind.VOICEMAIL: "a machine answers",
    DeliveryKind.FAILED: "no such number",
}
TEXTED: Mapping[str, str] = {
    DeliveryKind.DELIVERED: "arrived",
    DeliveryKind.BOUNCED: "could not be delivered",
    DeliveryKind.FAILED: "could not be delivered",
}
ASKED: Mapping[str, str] = {
    TaskKind.STEP: "staff are asked to ring",
    TaskKind.CALL_BACK: "asks to be rung back",
    TaskKind.ANSWER: "waits for an answer",
}
DONE: Mapping[str, str] = {
    TaskOutcome.REACHED: "reached",
    TaskOutcome.VOICEMAIL: "only the mailbox answers",
    TaskOutcome.NO_ANSWER: "nobody answers",
    TaskOutcome.WRONG_NUMBER: "wrong number",
    TaskOutcome.NO_MORE: "asks not to be rung up again",
    TaskOutcome.PROBLEM: "has a complaint",
    TaskOutcome.NOT_DONE: "nobody got round to it",
    TaskOutcome.WITHDRAWN: "no longer needed",
}
WISHED: Mapping[str, str] = {
    "unsubscribe": "wants no more letters that offer something",
    "call": "presses 9: no more calls",
}


def readable(name: str) -> str:
    """The name of a step or a campaign, without the number that it has in its folder."""
    return name.lstrip("0123456789_").replace("_", " ")
