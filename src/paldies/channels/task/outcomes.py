"""What the outcome of a task says about the message that asked for it."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import TaskOutcome
from paldies.channels.base import Report

SOONEST = timedelta(seconds=1)  # a report that is due already is asked for at the next round

_KINDS = {
    TaskOutcome.REACHED: DeliveryKind.ANSWERED,
    TaskOutcome.NO_MORE: DeliveryKind.ANSWERED,
    TaskOutcome.PROBLEM: DeliveryKind.ANSWERED,
    TaskOutcome.VOICEMAIL: DeliveryKind.VOICEMAIL,
    TaskOutcome.NO_ANSWER: DeliveryKind.NO_ANSWER,
    TaskOutcome.WRONG_NUMBER: DeliveryKind.FAILED,
    TaskOutcome.NOT_DONE: DeliveryKind.NOT_DONE,
    TaskOutcome.WITHDRAWN: DeliveryKind.WITHDRAWN,
}
_MORE_THAN_THE_KIND = {
    TaskOutcome.NO_MORE: "asked not to be called again",
    TaskOutcome.PROBLEM: "there is a problem",
    TaskOutcome.WRONG_NUMBER: "wrong number",
}


def report_of(task: RowMapping, now: datetime) -> Report:
    """The same news however often it is asked for, and whoever asks."""
    if task["done_at"] is None:
        return Report(
            DeliveryKind.QUEUED,
            id=f"{task['id']}.open",
            at=task["created_at"],
            ask_after=wait_for(task, now),
        )
    outcome = TaskOutcome(task["outcome"])
    told = ", ".join(filter(None, (_MORE_THAN_THE_KIND.get(outcome), task["note"])))
    return Report(
        _KINDS[outcome],
        id=f"{task['id']}.{outcome}",
        at=task["done_at"],
        note=": ".join(filter(None, (task["done_by"], told))),
        address_is_dead=outcome is TaskOutcome.WRONG_NUMBER,
    )


def wait_for(task: RowMapping, now: datetime) -> timedelta:
    """How long it is until more is known than that somebody is to do it; a second if it is done."""
    return max(SOONEST, task["due_at"] - now) if task["done_at"] is None else SOONEST
