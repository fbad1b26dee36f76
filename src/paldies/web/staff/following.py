"""What comes of a call, told to whoever has just made it."""

from collections.abc import Iterator

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus, TaskKind, TaskOutcome
from paldies.replies.task_list import Task
from paldies.replies.tasks import Done, Snoozed
from paldies.replies.upcoming import Next
from paldies.reports.local_time import LocalTime

_NOT_REACHED = (TaskOutcome.NO_ANSWER, TaskOutcome.VOICEMAIL)


def follows(told: Done | Snoozed, task: Task, clock: LocalTime) -> Iterator[str]:
    """One sentence after the other."""
    who = task.name or task.order or f"Task {task.id}"
    if isinstance(told, Snoozed):
        yield f"{who}: back on the list on {clock.say(told.until)}."
        return
    yield f"{who}: {told.outcome.replace('_', ' ')}, written down."
    if told.outcome is TaskOutcome.NO_MORE:
        yield "Nobody rings them again, neither we nor a machine."
    if told.outcome is TaskOutcome.WRONG_NUMBER:
        yield "The number is not used again."
    if told.case:
        yield f"Complaint {told.case} is open."
    if told.promised:
        yield f"To be rung again on {clock.say(told.promised.until)}."
    elif told.kind is TaskKind.STEP:
        yield _next(told.next, clock) if told.next else "Nothing more will be said in this campaign."
    elif told.outcome in _NOT_REACHED:
        yield "Nobody tries again by itself."


def _next(upcoming: Next, clock: LocalTime) -> str:
    what = f"Next: {upcoming.channel} ({upcoming.step})"
    if upcoming.status is MessageStatus.HELD:
        return f"{what}, once somebody approves it."
    if upcoming.is_parked:
        return f"{what}, once this has ended: {Reason[upcoming.reason.upper()].sentence}."
    if upcoming.at <= clock.now:
        return f"{what}, as soon as the rules permit."
    return f"{what} on {clock.say(upcoming.at)}."
