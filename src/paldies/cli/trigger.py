"""`paldies campaigns trigger`: starts a campaign now, for chosen orders or customers."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from paldies.campaigns.expressions import ExpressionError, check
from paldies.campaigns.facts import CONDITION_NAMES
from paldies.campaigns.reasons import Reason
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, Yes, as_json, confirm, counted, say
from paldies.customers.addresses import AddressError, email_address
from paldies.outbox.blast import SMALLEST_BLAST
from paldies.outbox.plans import Running
from paldies.outbox.subjects import Found, Subject, customers_at, named_orders, orders_in_segment
from paldies.outbox.triggering import Tally, chunks, enter, try_out

_SHOWN = 10  # of what was not found


def trigger(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")],
    order: Annotated[
        list[str] | None, typer.Option("--order", help="An order's id or number; may be repeated.")
    ] = None,
    segment: Annotated[
        str, typer.Option(help='All orders for which this is true: "order.total >= 100".')
    ] = "",
    customers: Annotated[
        Path | None, typer.Option(help="A file with one e-mail address a line, or a CSV with a column email.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Start a campaign now, through the same policy as always: consent, caps and windows still decide.

    With --yes and 50 or more, the messages count for the blast breaker, as nobody has seen their number.
    """
    if sum(map(bool, (order, segment, customers))) != 1:
        raise typer.BadParameter("say for whom: --order, --segment or --customers, one of them")
    _refuse_unclear(segment)
    with sit_down(ctx) as desk:
        running = _running(desk, name)
        noun = "customer" if customers else "order"
        found = _found(desk, order or [], segment, customers=customers)
        tally = Tally()
        for piece in chunks(found.subjects):
            tally.add(try_out(desk.database, running, piece, home_zone=desk.home_zone, now=desk.now))
        if not json:
            _tell(found, tally, noun=noun)
        if tally.entered and not dry_run:
            confirm(f"Start {name} for {counted(tally.entered, noun)} now?", yes=yes)
        if not dry_run:  # those who stay out are written down as well: every silence has a row
            seen = not yes or tally.entered < SMALLEST_BLAST
            tally = _enter(desk, running, found.subjects, is_confirmed=seen)
        if json:
            as_json({"campaign": name, "dry_run": dry_run, "not_found": found.unknown} | _told(tally))
        elif not dry_run:
            say(
                f"Started for {counted(tally.entered, noun)}. See: paldies messages list"
                if tally.entered
                else "Nobody entered; that is written down."
            )
    if found.unknown or not tally.entered + tally.joined:
        raise typer.Exit(1)


def _refuse_unclear(segment: str) -> None:
    try:
        check(segment, CONDITION_NAMES)
    except ExpressionError as error:
        raise typer.BadParameter(f"--segment: {error}") from error


def _running(desk: Desk, name: str) -> Running:
    for running in desk.look(desk.plans.running):
        if running.campaign.name == name:
            return running
    raise Refused(f"{name} is not published, so nobody can enter: paldies campaigns publish {name}")


def _found(desk: Desk, order: Sequence[str], segment: str, *, customers: Path | None) -> Found:
    if order:
        return desk.look(named_orders, order)
    if segment:
        return _joined(orders_in_segment(desk.database, segment, desk.home_zone))
    addresses, unreadable = _addresses(customers) if customers else ([], [])
    pieces = (addresses[start : start + 500] for start in range(0, len(addresses), 500))
    return _joined([*(desk.look(customers_at, piece) for piece in pieces), Found((), tuple(unreadable))])


def _addresses(path: Path) -> tuple[list[str], list[str]]:
    """Normalised, and those that are none, as they stand in the file."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = [name.strip().casefold() for name in next(csv.reader(lines[:1]), [])]
    written = (
        [row[header.index("email")] for row in csv.reader(lines[1:]) if len(row) > header.index("email")]
        if "email" in header
        else lines
    )
    good: dict[str, None] = {}
    bad = []
    for text in filter(None, map(str.strip, written)):
        try:
            good[email_address(text)] = None
        except AddressError:
            bad.append(text)
    return list(good), bad


def _joined(pieces: Iterable[Found]) -> Found:
    """A customer named by two addresses is one subject."""
    subjects: dict[Subject, None] = {}
    unknown: list[str] = []
    for piece in pieces:
        subjects.update(dict.fromkeys(piece.subjects))
        unknown += piece.unknown
    return Found(tuple(subjects), tuple(unknown))


def _enter(desk: Desk, running: Running, subjects: Sequence[Subject], *, is_confirmed: bool) -> Tally:
    tally = Tally()
    for piece in chunks(subjects):
        tally.add(
            desk.write(
                enter, running, piece, home_zone=desk.home_zone, is_confirmed=is_confirmed, now=desk.now
            )
        )
    return tally


def _tell(found: Found, tally: Tally, *, noun: str) -> None:
    people = counted(len({subject.customer_id for subject in found.subjects}), "customer")
    say(f"{counted(len(found.subjects), noun)} found{f', of {people}' if noun == 'order' else ''}:")
    lines = [
        (tally.entered, "would enter"),
        (tally.joined, "would share the passage of another order placed within two hours"),
        (tally.inside, "are inside already: nobody is in twice"),
        *(
            (count, f"would stay out: {Reason[reason.upper()].sentence}")
            for reason, count in tally.declined.items()
        ),
    ]
    say(*(f"  {count:>7,}  {sentence}" for count, sentence in lines if count))
    if found.unknown:
        say(f"  {len(found.unknown):>7,}  not found, or not to be judged:")
        say(*(f"           {name}" for name in found.unknown[:_SHOWN]))
        if len(found.unknown) > _SHOWN:
            say("           …")


def _told(tally: Tally) -> dict[str, object]:
    return {
        "entered": tally.entered,
        "joined": tally.joined,
        "inside_already": tally.inside,
        "declined": dict(tally.declined),
    }
