"""Staff tasks as they are told: one line of the list, one card, one sentence about what follows."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.text import Text

from paldies.campaigns.facts import Order
from paldies.campaigns.words import TaskKind, TaskOutcome
from paldies.cli.output import heading, pairs, plain, say, table
from paldies.replies.ringing import as_dialled, hour_there
from paldies.replies.task_list import Before, Task
from paldies.replies.tasks import Done, Snoozed
from paldies.reports.local_time import LocalTime

HEADINGS = ("No.", "Until", "Who", "Where", "What")

_NOT_REACHED = (TaskOutcome.NO_ANSWER, TaskOutcome.VOICEMAIL)
_ABOUT = {
    TaskKind.CALL_BACK: "asked to be rung",
    TaskKind.ANSWER: "has written, and waits for an answer",
}


def clock_of(task: Task, home_zone: str, now: datetime) -> LocalTime:
    return LocalTime(next(iter(task.zones), ""), home_zone, now)


def line(task: Task, clock: LocalTime) -> Sequence[str | Text]:
    return (
        str(task.id),
        _until(task, clock),
        "\n".join(filter(None, (task.name, task.order))),
        Text(plain(_where(task))).append("\n").append(_hour(task, clock.now)),
        _about(task),
    )


def card(task: Task, order: Order | None, known: Before, *, clock: LocalTime) -> None:
    """Everything that whoever rings should have before their eyes, the words to say above all."""
    if task.is_unwanted:
        say(Text("Leave it: the customer has asked not to be contacted any more.", style="bold red"))
    pairs(
        [
            ("who", task.name),
            ("ring", as_dialled(task.phone) if task.phone else ""),
            ("e-mail", task.email),
            ("now", _hour(task, clock.now)),
            ("language", task.locale),
            ("what", _about(task).replace("\n", ", ")),
            ("until", _until(task, clock)),
            *_ended(task, clock),
            *_order(task, order, clock),
        ]
    )
    for complaint in known.complaints:
        heading("There is an open complaint")
        say(complaint)
    if task.script:
        heading("What to say")
        say(task.script.rstrip())
    if known.said:
        heading("Said before")
        rows = [
            (clock.say(one.at), f"{one.campaign}, {one.step} ({one.channel})", one.status)
            for one in known.said
        ]
        table(["When", "What", "State"], rows)
    if known.noted:
        heading("Noted before")
        rows = [
            (clock.say(one.at), _worded(one.outcome), f"{one.note}\n{one.by}".strip()) for one in known.noted
        ]
        table(["When", "Outcome", "Note"], rows)


def follows(told: Done | Snoozed, task: Task, clock: LocalTime) -> Iterator[str]:
    """What comes of it, one sentence after the other."""
    if isinstance(told, Snoozed):
        yield f"It comes back on {clock.say(told.until)}, to be done by {clock.say(told.due_at)}."
        if task.phone and not (there := hour_there(task.zones, told.until)).is_civil:
            yield f"Then it is {there}."
        return
    if told.outcome is TaskOutcome.NO_MORE:
        yield f"Nobody contacts {_address(told.silenced)} again this way, neither we nor a machine."
    if told.outcome is TaskOutcome.WRONG_NUMBER:
        yield f"{_address(told.silenced)} is not used again, neither for calls nor for text messages."
    if told.case:
        yield f"Complaint {told.case} is open: nothing promotional goes until it is closed."
    if told.promised:
        yield f"Task {told.promised.task} is to ring again on {clock.say(told.promised.until)}."
    if told.next:
        release = f"a person lets it go: paldies messages approve {told.next.number}"
        yield told.next.told(clock, release=release)
    elif told.kind is TaskKind.STEP:
        yield "Nothing more will be said."
    elif told.outcome in _NOT_REACHED:
        yield "Nobody tries again by itself: another time, `snooze` keeps it on the list."


def as_told(task: Task, now: datetime) -> dict[str, Any]:
    """For scripts: as it is stored, with what follows from the hour."""
    there = hour_there(task.zones, now)
    return asdict(task) | {
        "dial": as_dialled(task.phone) if task.phone else "",
        "is_overdue": task.is_overdue(now),
        "is_snoozed": task.is_snoozed(now),
        "time_there": [clock.isoformat(timespec="minutes") for clock in there.clocks],
        "is_hour_to_ring": there.is_civil,
    }


def _until(task: Task, clock: LocalTime) -> Text:
    due = clock.say(task.due_at).replace(" (", "\n(")
    if task.is_snoozed(clock.now) and task.snoozed_until:
        return Text(f"later, from\n{clock.say(task.snoozed_until)}", style="dim")
    if task.is_overdue(clock.now):
        return Text("overdue", style="bold red").append(f"\n{due}", style="not bold")
    return Text(due)


def _where(task: Task) -> str:
    return as_dialled(task.phone) if task.phone else task.email or "no number, no address"


def _hour(task: Task, now: datetime) -> Text:
    """Nothing where nobody is to be rung."""
    there = hour_there(task.zones, now)
    return Text(str(there) if task.phone else "", style="" if there.is_civil else "yellow")


def _about(task: Task) -> str:
    return _ABOUT.get(task.kind) or f"{task.campaign}\n{task.step}"


def _ended(task: Task, clock: LocalTime) -> Iterator[tuple[str, str]]:
    if task.done_at:
        by = f" by {task.done_by}" if task.done_by else ""
        yield "outcome", f"{_worded(task.outcome)}{by}, {clock.say(task.done_at)}"
        yield "note", task.note


def _order(task: Task, order: Order | None, clock: LocalTime) -> Iterator[tuple[str, str]]:
    if order:
        total = f", {order.total}" if order.total.currency else ""
        state = _worded(order.status)
        yield "order", f"{order.number} ({order.shop}), {state}{total}, placed {clock.say(order.placed_at)}"
        yield "bought", "\n".join(f"{one.quantity.normalize():f} × {one.name}" for one in order.lines)
        yield "left to do", order.todo + (f", by {clock.say(order.todo_by)}" if order.todo_by else "")


def _address(address: str) -> str:
    return address if "@" in address else as_dialled(address)


def _worded(word: str) -> str:
    return str(word).replace("_", " ")
