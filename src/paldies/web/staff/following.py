"""What comes of a call, told to whoever has just made it."""

from collections.abc import Iterator

from paldies.campaigns.words import TaskKind, TaskOutcome
from paldies.replies.task_list import Task
from paldies.replies.tasks import Done, Snoozed
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
    elif told.next:
        yield told.next.told(clock, release="somebody approves it.")
    elif told.kind is TaskKind.STEP:
        yield "Nothing more will be said in this campaign."
    elif told.outcome in _NOT_REACHED:
        yield "Nobody tries again by itself."
