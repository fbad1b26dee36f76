"""`paldies simulate`: what the campaigns would have done with the orders of the past."""

import asyncio
import logging
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from paldies import logs, loops
from paldies.bootstrap.shops import make_shop
from paldies.campaigns.durations import parse_duration
from paldies.cli.desk import Desk, sit_down
from paldies.cli.order_import import reading_of, source_named
from paldies.cli.output import AsJson, Refused, as_json, complain, counted, say
from paldies.cli.simulated import shown_differences, shown_report
from paldies.orders.shops.base import Rejected
from paldies.orders.shops.reading import Reading
from paldies.simulation import sources
from paldies.simulation.behaviour import learnt
from paldies.simulation.comparison import compared
from paldies.simulation.drafts import drafts_in, lay_out_published
from paldies.simulation.figures import capacities_of, read_report
from paldies.simulation.house import Stage
from paldies.simulation.html import draw, draw_differences
from paldies.simulation.listing import write_csv, write_differences
from paldies.simulation.run import Played, play
from paldies.simulation.span import Span
from paldies.simulation.tape import Tape

_SELDOM = timedelta(minutes=30)  # between two looks, at most


class Consent(StrEnum):
    """Whom calls, text messages and offers may reach."""

    KNOWN = "known"
    ALL = "all"
    NONE = "none"


def simulate(
    ctx: typer.Context,
    orders: Annotated[Path | None, typer.Option(help="CSV or JSON Lines, as for `orders import`.")] = None,
    shop: Annotated[str, typer.Option(help="Ask this shop; with --orders, whose they are.")] = "",
    templates: Annotated[
        Path | None,
        typer.Option(help="A draft; else the folder of the settings.", exists=True, file_okay=False),
    ] = None,
    published: Annotated[bool, typer.Option("--published", help="The plans that run now.")] = False,
    compare: Annotated[
        Path | None,
        typer.Option(help="Another draft: show only what differs.", exists=True, file_okay=False),
    ] = None,
    since: Annotated[str, typer.Option("--from", help="A day; what lies before is history.")] = "",
    until: Annotated[str, typer.Option(help="The last day whose orders count.")] = "",
    every: Annotated[
        str, typer.Option(help='Look only so often, for example "10m"; else at every message\'s moment.')
    ] = "",
    bounce_rate: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of addresses that do not exist.")
    ] = None,
    no_answer_rate: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of calls that nobody answers.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same number, the same luck.")] = 1,
    consent: Annotated[Consent, typer.Option(help="Who has agreed to be contacted.")] = Consent.KNOWN,
    email_price: Annotated[float, typer.Option(min=0, help="Of one e-mail; other prices: \\[twilio].")] = 0,
    render: Annotated[bool, typer.Option("--render", help="Fill in every text, not one of each.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write every message into this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Draw one page with plots into this file.")] = None,
    json: AsJson = False,
) -> None:
    """What would your customers get? Plays orders of the past; nothing leaves, nothing is changed."""
    with sit_down(ctx) as desk, tempfile.TemporaryDirectory(prefix="paldies-simulation-") as scratch:
        folder = Path(scratch)
        tape = _recorded(desk, Tape(folder / "tape.db", consent=consent.value), orders=orders, shop=shop)
        span = _span(tape, desk.zone, since=since, until=until, every=every)
        _try_to_write(csv, html)
        rates = {"bounce_rate": bounce_rate, "no_answer_rate": no_answer_rate}
        behaviour = desk.look(learnt, rates, seed)
        draft = templates or desk.settings.paldies.templates
        if published:
            draft = lay_out_published(desk.database, draft, folder / "published")
        for used in filter(None, (draft, compare)):
            _see_what_there_is(used, desk.settings.paldies.locale)
        logs.configure(level=logging.ERROR, secrets=desk.settings.secrets)  # what is broken has been told
        knows_consents = consent is Consent.KNOWN

        def run(draft: Path, into: str) -> Played:
            stage = Stage(draft, behaviour, Decimal(str(email_price)), renders_all=render)
            (folder / into).mkdir()
            return _run(desk, stage, tape, span, folder=folder / into, knows_consents=knows_consents)

        played, name = run(draft, "first"), str(templates or "your campaigns")
        if compare:
            differing = partial(compared, played.database, run(compare, "second").database)
            if csv:
                write_differences(differing(), csv)
            if html:
                page = draw_differences(differing(), desk.zone, before=name, after=str(compare))
                html.write_text(page, "utf-8")
            as_json(list(differing())) if json else shown_differences(differing(), desk.zone)
            _say_written(csv, html, json=json)
            return
        report = read_report(
            played.database,
            zone=desk.zone,
            span=span,
            behaviour=behaviour,
            currency=desk.settings.twilio.call_price.currency,
            capacities=capacities_of(desk.settings),
        )
        if csv:
            write_csv(played.database, csv)
        if html:
            html.write_text(draw(report, played.examples, name=name), "utf-8")
    as_json(report) if json else shown_report(report)
    _say_written(csv, html, json=json)


def _try_to_write(*files: Path | None) -> None:
    """Before what may take minutes, and not after it. Raises OSError."""
    for file in files:
        if file:
            file.open("a").close()


def _see_what_there_is(draft: Path, locale: str) -> None:
    """Complains about what is broken. Raises Refused if nothing is left."""
    drafts = drafts_in(draft, locale)
    for problem in drafts.problems:
        complain(f"This is left out: {problem}")
    if not drafts.good:
        raise Refused(f"There is no campaign to play in {draft}.")


def _say_written(*files: Path | None, json: bool) -> None:
    if not json:
        say(*(f"Written: {file}" for file in files if file))


def _recorded(desk: Desk, tape: Tape, *, orders: Path | None, shop: str) -> Tape:
    """Raises Refused if there is nothing to play."""
    now, rejected = datetime.now(UTC), list[Rejected]()
    if orders:
        reading = (
            reading_of(source_named(desk, shop))
            if desk.settings.shops
            else Reading.of(shop or "store", time_zone=desk.home_zone)
        )
        sources.record_file(tape, orders, reading, until=now, on_rejected=rejected.append)
    elif shop:
        source = source_named(desk, shop)
        zone = ZoneInfo(source.details.get("time_zone", desk.home_zone))
        asked = make_shop(source)
        try:
            sources.record_shop(tape, asked, zone, until=now, on_rejected=rejected.append)
        finally:
            asked.close()
    else:
        sources.record_database(tape, desk.database, desk.zone, until=now)
    for problem in rejected[:5]:
        complain(f"{problem.where}: {problem.problem}")
    if len(rejected) > 5:
        complain(f"{len(rejected) - 5:,} more rows could not be understood.")
    if tape.left_out:
        complain(
            f"{counted(tape.left_out, 'order')} left out: without a time (placed_at, paid_at …), or with one "
            "in the future."
        )
    tape.rewind()
    if not tape.orders:
        raise Refused(
            f"There are no orders to play in {orders or shop}."
            if orders or shop
            else "There are no orders to play: name a file with --orders, a shop with --shop, or add orders "
            "with `paldies orders import`."
        )
    return tape


def _span(tape: Tape, zone: ZoneInfo, *, since: str, until: str, every: str) -> Span:
    first, last = tape.begins_at, tape.ends_at
    assert first and last  # noqa: S101 - there are orders
    begins_at = _midnight(since, zone) if since else first - timedelta(minutes=1)
    ends_at = _midnight(until, zone) + timedelta(days=1) if until else last
    if ends_at <= begins_at:
        raise Refused(f"Nothing lies between {begins_at:%Y-%m-%d} and {ends_at:%Y-%m-%d}.")
    return Span(begins_at, ends_at, _look_every(every))


def _midnight(day: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time.min, zone).astimezone(UTC)
    except ValueError:
        raise Refused(f'"{day}" is not a day; write for example 2026-03-31.') from None


def _look_every(text: str) -> timedelta:
    try:
        every = timedelta(0) if text in ("", "0", "0s") else parse_duration(text)
    except ValueError as error:
        raise Refused(f"--every: {error}") from None
    if every > _SELDOM:
        raise Refused(f"--every {text}: look every 30m at least, or orders would count as heard of too late.")
    return every


def _run(desk: Desk, stage: Stage, tape: Tape, span: Span, *, folder: Path, knows_consents: bool) -> Played:
    with (
        Console(stderr=True).status("") as status,
        asyncio.Runner(loop_factory=loops.fastest()) as runner,
    ):
        return runner.run(
            play(
                desk.settings,
                stage,
                tape,
                span=span,
                folder=folder,
                real=desk.database,
                takes_consents=knows_consents,
                on_progress=lambda moment: status.update(f"{moment:%d %B %Y}"),
            )
        )
