"""`paldies cases`: what customers complain about, until somebody has set it right."""

from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, as_json, coloured, counted, local, pairs, say, table
from paldies.replies.cases import close_case, take_case
from paldies.reports.complaints import Complaint, find_complaint, latest_complaints, open_complaints

app = typer.Typer(no_args_is_help=True, add_completion=False)

_SHORT = 100  # characters of a complaint in the list
_OURS = ("customer_id", "order_id", "zones")

Number = Annotated[int, typer.Argument(help="The number that `list` shows.", metavar="NUMBER")]


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
    """The open cases, whoever was promised an answer first on top. With --all the latest first."""
    with sit_down(ctx) as desk:
        found = desk.look(latest_complaints if everything else open_complaints, limit=limit)
        if json:
            as_json([*map(_as_told, found)])
        elif found:
            rows = [
                (str(one.number), local(one.opened_at, desk.zone), _who(one), _begin(one.text), _ended(one))
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
            as_json(_as_told(one))
            return
        pairs(
            [
                ("case", coloured(_state(one), f", number {one.number}")),
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
            as_json(_as_told(one))
            return
        say(f"Case {number} is closed{desk.where}.")
        if freed:
            say(f"{counted(freed, 'message')} that waited for it will go on.")


def _found(desk: Desk, number: int) -> Complaint:
    """Raises Refused."""
    one = desk.look(find_complaint, number)
    if one is None:
        raise Refused(f"There is no case {number} here{desk.where}. See: paldies cases list --all")
    return one


def _as_told(one: Complaint) -> dict[str, Any]:
    """For scripts: without the numbers of our own rows."""
    return {name: value for name, value in asdict(one).items() if name not in _OURS}


def _who(one: Complaint) -> str:
    return "\n".join(filter(None, (one.order, one.name, one.email or one.phone)))


def _promise(one: Complaint, zone: ZoneInfo) -> str:
    if one.answer_by is None:
        return ""
    return f"{one.person or 'somebody'} answers by {local(one.answer_by, zone)}"


def _begin(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"


def _ended(one: Complaint) -> Text:
    return coloured(_state(one), f"\n{one.resolution}" if one.resolution else "")


def _state(one: Complaint) -> str:
    return "closed" if one.closed_at else "taken" if one.taken_at else "open"
