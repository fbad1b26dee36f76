"""`paldies cases`: what customers complain about, until somebody has set it right."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, as_json, coloured, counted, local, pairs, say, table
from paldies.replies.cases import close_case, take_case
from paldies.store.schema import cases, customers, orders

app = typer.Typer(no_args_is_help=True, add_completion=False)

_SHORT = 100  # characters of a complaint in the list

Number = Annotated[int, typer.Argument(help="The number that `list` shows.", metavar="NUMBER")]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A case, and who to answer."""

    number: int
    order: str
    first_name: str
    last_name: str
    email: str
    phone: str
    locale: str
    text: str
    opened_at: datetime
    answer_by: datetime | None
    person: str
    taken_at: datetime | None
    taken_by: str
    closed_at: datetime | None
    closed_by: str
    resolution: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def state(self) -> str:
        return "closed" if self.closed_at else "taken" if self.taken_at else "open"


@app.callback()
def cases_() -> None:
    """What customers complain about; while a case is open, they get nothing promotional."""


@app.command("list")
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="The closed ones as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json: AsJson = False,
) -> None:
    """The open cases, the oldest first: it has waited longest. With --all the latest first."""
    with sit_down(ctx) as desk:
        found = desk.look(_latest, everything, limit)
        if json:
            as_json(found)
        elif found:
            rows = [
                (str(one.number), local(one.opened_at, desk.zone), _who(one), _begin(one.text), _state(one))
                for one in found
            ]
            table(["No.", "Since", "Who", "What", "State"], rows, foot=desk.foot(len(rows), limit))
        else:
            say("There are no cases yet." if everything else f"No case is open{desk.where}.")


@app.command()
def show(ctx: typer.Context, number: Number, json: AsJson = False) -> None:
    """One case: what the customer has said, how to reach them, and how it ended."""
    with sit_down(ctx) as desk:
        one = _found(desk, number)
        if json:
            as_json(one)
            return
        pairs(
            [
                ("case", coloured(one.state, f", number {one.number}")),
                ("since", local(one.opened_at, desk.zone)),
                ("order", one.order),
                ("customer", one.name),
                ("e-mail", one.email),
                ("phone", one.phone),
                ("language", one.locale),
                ("promised", _promise(one, desk.zone)),
                ("seen to by", f"{one.taken_by}, {local(one.taken_at, desk.zone)}" if one.taken_at else ""),
                ("closed", local(one.closed_at, desk.zone)),
                ("by", one.closed_by),
                ("resolution", one.resolution),
            ]
        )
        say("", one.text)


@app.command()
def take(
    ctx: typer.Context,
    number: Number,
    by: Annotated[str, typer.Option(help="Who sees to it.")] = "person",
) -> None:
    """See to a case: nobody else is told about it any more. It stays open until it is set right."""
    with sit_down(ctx) as desk:
        taken = desk.write(take_case, number, by=by, now=desk.now)
        one = _found(desk, number)
        if not taken and one.closed_at:
            raise Refused(f"Case {number} was closed {local(one.closed_at, desk.zone)}: {one.resolution}")
        if not taken:
            raise Refused(f"{one.taken_by} sees to case {number} since {local(one.taken_at, desk.zone)}.")
        say(f"Case {number} is {by}'s{desk.where}.")
        if one.answer_by:
            say(f"The customer was promised an answer by {local(one.answer_by, desk.zone)}.")


@app.command()
def close(
    ctx: typer.Context,
    number: Number,
    resolution: Annotated[str, typer.Option(help="How it was set right: a sentence for your colleagues.")],
    by: Annotated[str, typer.Option(help="Who has set it right.")] = "person",
    json: AsJson = False,
) -> None:
    """End a case. What waited for its end goes on, with the time it waited added to its deadline."""
    if not resolution.strip():
        raise typer.BadParameter("--resolution: say in a sentence how it was set right")
    with sit_down(ctx) as desk:
        freed = desk.write(close_case, number, resolution=resolution.strip(), by=by, now=desk.now)
        one = _found(desk, number)
        if freed is None:
            raise Refused(f"Case {number} was closed {local(one.closed_at, desk.zone)}: {one.resolution}")
        if json:
            as_json(one)
            return
        say(f"Case {number} is closed{desk.where}.")
        if freed:
            say(f"{counted(freed, 'message')} that waited for it will go on.")


def _latest(session: Session, everything: bool, limit: int) -> list[Complaint]:
    wanted = _WANTED.limit(limit)
    if everything:
        wanted = wanted.order_by(cases.c.id.desc())
    else:
        wanted = wanted.where(cases.c.closed_at.is_(None)).order_by(cases.c.id)
    return [Complaint(**row) for row in session.execute(wanted).mappings()]


def _found(desk: Desk, number: int) -> Complaint:
    """Raises Refused."""
    row = desk.look(lambda session: session.execute(_WANTED.where(cases.c.id == number)).mappings().first())
    if row is None:
        raise Refused(f"There is no case {number} here{desk.where}. See: paldies cases list --all")
    return Complaint(**row)


def _of_order_or_customer(name: str) -> ColumnElement[str]:
    """As the order has it, and else the customer."""
    return func.coalesce(func.nullif(orders.c[name], ""), customers.c[name]).label(name)


_WANTED: Select[tuple[Any, ...]] = (
    select(cases.c.id.label("number"), cases.c.text, cases.c.opened_at, cases.c.closed_at, cases.c.closed_by)
    .add_columns(cases.c.answer_by, cases.c.person, cases.c.taken_at, cases.c.taken_by)
    .add_columns(cases.c.resolution, func.coalesce(orders.c.number, "").label("order"))
    .add_columns(*map(_of_order_or_customer, ("first_name", "last_name", "email", "phone", "locale")))
    .join_from(cases, customers, customers.c.id == cases.c.customer_id)
    .join(orders, orders.c.id == cases.c.order_id, isouter=True)
)


def _who(one: Complaint) -> str:
    return "\n".join(filter(None, (one.order, one.name, one.email or one.phone)))


def _promise(one: Complaint, zone: ZoneInfo) -> str:
    if one.answer_by is None:
        return ""
    return f"{one.person or 'somebody'} answers by {local(one.answer_by, zone)}"


def _begin(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"


def _state(one: Complaint) -> Text:
    return coloured(one.state, f"\n{one.resolution}" if one.resolution else "")
