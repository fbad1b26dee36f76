"""`paldies tasks`: what people at the shop have to do, and what came of it."""

from typing import Annotated, NoReturn

import typer

from paldies.campaigns.words import TaskKind
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, as_json, say, table
from paldies.cli.task_lines import HEADINGS, as_told, card, clock_of, follows, line
from paldies.cli.task_words import Due, end_of, known_word, later, outcome_of, outcomes
from paldies.replies import tasks
from paldies.replies.later import EXAMPLES
from paldies.replies.task_list import Task, before, find_task, to_do
from paldies.replies.tasks import Done, Snoozed, TaskRefused
from paldies.store.views import read_orders

app = typer.Typer(no_args_is_help=True, add_completion=False)

Number = Annotated[int, typer.Argument(help="The number that `list` shows.", metavar="NUMBER")]
Note = Annotated[str, typer.Option(help="What your colleagues should know.")]
By = Annotated[str, typer.Option(help="Who you are.")]


@app.callback()
def tasks_() -> None:
    """What people at the shop have to do, and what came of it."""


@app.command("list")
def list_(
    ctx: typer.Context,
    due: Annotated[str, typer.Option(help="Only those due until then: overdue, today, tomorrow.")] = "",
    kind: Annotated[str, typer.Option(help="Only these: step, call_back, answer.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    json: AsJson = False,
) -> None:
    """What is to be done, the most urgent first; times are the customer's, in brackets the shop's."""
    only = known_word(kind, TaskKind, "--kind") if kind else None
    until = known_word(due, Due, "--due") if due else None
    with sit_down(ctx) as desk:
        due_before = end_of(until, desk.now, desk.zone) if until else None
        found = desk.look(to_do, desk.now, kind=only, due_before=due_before, limit=limit)
        if json:
            as_json([as_told(task, desk.now) for task in found])
        elif found:
            rows = [line(task, clock_of(task, desk.home_zone, desk.now)) for task in found]
            table(HEADINGS, rows, foot=_foot(desk, found, limit))
        elif only or until:
            say(f"No such task is waiting{desk.where}.")
        else:
            say(f"Nobody is waiting for you: all is done{desk.where}.")


@app.command()
def show(
    ctx: typer.Context,
    number: Annotated[
        int | None, typer.Argument(help="The number that `list` shows; without it the most urgent one.")
    ] = None,
    json: AsJson = False,
) -> None:
    """One task: what to say, to whom, about which order, and what was said and noted before."""
    with sit_down(ctx) as desk:
        task = _task(desk, number) if number is not None else _most_urgent(desk)
        known = desk.look(before, task)
        if json:
            as_json(as_told(task, desk.now) | {"before": known})
            return
        orders = desk.look(read_orders, [task.order_id] if task.order_id else [], desk.home_zone)
        order = orders[task.order_id].order if task.order_id else None
        say(f"Task {task.id}{desk.where}")
        card(task, order, known, clock=clock_of(task, desk.home_zone, desk.now))
        if task.done_at is None:
            say(f"\nThen: paldies tasks done {task.id} OUTCOME ({outcomes()})")
            say(f"Or:   paldies tasks snooze {task.id} 2h")


@app.command()
def done(
    ctx: typer.Context,
    number: Number,
    outcome: Annotated[list[str], typer.Argument(help=f"How it went: {outcomes()}.", metavar="OUTCOME")],
    note: Note = "",
    by: By = "",
    json: AsJson = False,
) -> None:
    """Say how it went; the campaign goes on from there."""
    word = outcome_of(" ".join(outcome), number)
    with sit_down(ctx) as desk:
        task = _task(desk, number)
        try:
            told = desk.write(tasks.done, task.id, word, by=by, note=note, plans=desk.plans, now=desk.now)
        except TaskRefused as refusal:
            _refuse(desk, task, refusal)
        if json:
            as_json(told)
            return
        say(f"{_named(task)}: {word.replace('_', ' ')}{desk.where}.")
        say(*follows(told, task, clock_of(task, desk.home_zone, desk.now)))


@app.command()
def snooze(
    ctx: typer.Context,
    number: Number,
    until: Annotated[list[str], typer.Argument(help=f"On the shop's clock: {EXAMPLES}.", metavar="WHEN")],
    promised: Annotated[
        bool, typer.Option("--promised", help="You reached the customer, who wants to be rung then.")
    ] = False,
    note: Note = "",
    by: By = "",
    json: AsJson = False,
) -> None:
    """Later: keep a task off the top of the list until then."""
    if (note or by) and not promised:
        raise typer.BadParameter("--note and --by are written down with --promised, or with `done`")
    with sit_down(ctx) as desk:
        at = later(" ".join(until), desk.now, desk.zone)
        task = _task(desk, number)
        clock = clock_of(task, desk.home_zone, desk.now)
        told: Done | Snoozed
        try:
            if promised:
                told = desk.write(
                    tasks.promise, task.id, at, by=by, note=note, plans=desk.plans, now=desk.now
                )
            else:
                told = desk.write(tasks.snooze, task.id, at, now=desk.now)
        except TaskRefused as refusal:
            _refuse(desk, task, refusal)
        if json:
            as_json(told)
        else:
            say(f"{_named(task)}: later{desk.where}.", *follows(told, task, clock))


def _task(desk: Desk, number: int) -> Task:
    found = desk.look(find_task, number)
    if found is None:
        raise Refused(f"There is no task {number} here{desk.where}. See: paldies tasks list")
    return found


def _most_urgent(desk: Desk) -> Task:
    found = desk.look(to_do, desk.now, limit=1)
    if not found:
        raise Refused(f"Nobody is waiting for you: all is done{desk.where}.")
    return found[0]


def _named(task: Task) -> str:
    return f"Task {task.id} ({', '.join(filter(None, (task.name, task.order)))})"


def _foot(desk: Desk, found: list[Task], limit: int) -> str:
    late = sum(task.is_overdue(desk.now) for task in found)
    parts = [
        f"The {limit} most urgent; more with --limit" if len(found) == limit else f"{len(found)} to do",
        f"{late} overdue" if late else "",
        f"what to say: paldies tasks show {found[0].id}",
    ]
    return ", ".join(filter(None, parts)) + desk.where


def _refuse(desk: Desk, task: Task, refusal: TaskRefused) -> NoReturn:
    """With the moment that it is about, and what to do instead."""
    if refusal.limit:
        limit = clock_of(task, desk.home_zone, desk.now).say(refusal.limit)
        raise Refused(
            f"{_named(task)}: {refusal}, which is until {limit}. If you reached the customer, who wants to "
            "be rung then, add --promised"
        ) from refusal
    raise Refused(f"{_named(task)}: {refusal}.") from refusal
