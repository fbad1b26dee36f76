"""`paldies check`: is everything in order, and if not, what is the remedy."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer
from sqlalchemy.exc import SQLAlchemyError

from paldies.bootstrap import SetUpError, make_email, make_shop, make_telephone
from paldies.channels.base import Channel, DeliveryError
from paldies.cli.bounce_check import look_at_mailbox, look_at_stops
from paldies.cli.campaign_state import read_states
from paldies.cli.desk import Desk, as_live, config_path, read_settings, sit_down
from paldies.cli.dkim_check import look_at_key
from paldies.cli.errors import explained
from paldies.cli.hook_check import look_at_hooks
from paldies.cli.output import AsJson, as_json, coloured, counted, heading, say, table
from paldies.cli.text_check import look_over
from paldies.clock import SystemClock
from paldies.configuration import ConfigurationError
from paldies.orders.shops.base import ColumnReport, ShopError
from paldies.orders.shops.hooked import Hooked
from paldies.settings import OrderSource, Settings
from paldies.store import migrations
from paldies.store.fences import fence_of
from paldies.templates.faults import Level

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; `remedy` is empty where nothing has to be done."""

    what: str
    state: State
    said: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ShopReport:
    """How the first rows of one shop were understood."""

    shop: str
    columns: Sequence[ColumnReport]


def check(ctx: typer.Context, json: AsJson = False) -> None:
    """Is everything in order? One table: what is wrong, and the remedy."""
    findings: list[Finding] = []
    reports: list[ShopReport] = []
    try:
        settings = read_settings(ctx)
    except ConfigurationError as error:
        findings += [Finding("configuration", "problem", line) for line in str(error).splitlines()]
    else:
        findings.append(_configuration(ctx, settings))
        findings += _desk(ctx)
        for source in settings.shops:
            finding, columns = _shop(source)
            findings.append(finding)
            reports.append(ShopReport(source.name, columns))
        if not settings.shops:
            findings.append(
                Finding(
                    "shops", "warning", "no orders come from anywhere", "Add a [[shops]] to paldies.toml."
                )
            )
        findings += [_mail_server(settings), *_dkim(settings), Finding("bounces", *look_at_mailbox(settings))]
        findings += [_telephone(settings), _pages(settings)]
    if json:
        as_json({"findings": findings, "shops": reports})
    else:
        _show(findings, reports)
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)


def _configuration(ctx: typer.Context, settings: Settings) -> Finding:
    if settings.is_rehearsal:
        return Finding("configuration", "ok", f"{config_path(ctx)}, rehearsal: nothing leaves")
    only = f", to {counted(len(settings.paldies.send_only_to), 'address', 'addresses')} only"
    return Finding(
        "configuration", "ok", f"{config_path(ctx)}, live{only if settings.paldies.send_only_to else ''}"
    )


def _desk(ctx: typer.Context) -> Iterator[Finding]:
    try:
        with sit_down(ctx) as desk:
            yield _database(desk)
            yield from _fence(desk)
            yield from _templates(desk)
            yield from _campaigns(desk)
            yield from _hooks(desk)
            yield from (Finding(channel, *told) for channel, told in look_at_stops(desk))
    except (SQLAlchemyError, OSError) as error:
        said, _, remedy = (explained(error) or str(error)).partition(": see ")
        yield Finding("database", "problem", said, f"See {remedy}" if remedy else "")


def _database(desk: Desk) -> Finding:
    place = desk.database.url.render_as_string()
    folder = _nearest(desk.settings.paldies.state_dir)
    if not os.access(folder, os.W_OK):
        return Finding("database", "problem", f"{folder} cannot be written to", "Let this user write there.")
    return Finding("database", "ok", f"{place}, schema {migrations.HEAD}")


def _fence(desk: Desk) -> Iterator[Finding]:
    if why := fence_of(desk.database, desk.settings.paldies.state_dir).trouble():
        yield Finding(
            "database", "problem", f"nothing is sent: {why}", "If this is the only one: paldies adopt"
        )


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one it would be made in."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _templates(desk: Desk) -> Iterator[Finding]:
    problems = [problem for problem in look_over(desk).problems if problem.level is not Level.NOTE]
    for problem in problems:
        where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        state: State = "warning" if problem.is_warning else "problem"
        yield Finding("templates", state, f"{where}: {problem.text}", problem.remedy)
    if not problems:
        yield Finding("templates", "ok", f"{counted(len(desk.library.texts()), 'text')}, all fill in well")


def _campaigns(desk: Desk) -> Iterator[Finding]:
    for problem in desk.drafts.problems:
        yield Finding("campaigns", "problem", problem)
    for state in desk.look(read_states, desk.drafts):
        remedy = f"To make it count: paldies campaigns publish {state.name}" if state.is_edited else ""
        yield Finding(f"campaign {state.name}", "warning" if remedy else "ok", state.sentence, remedy)


def _hooks(desk: Desk) -> Iterator[Finding]:
    for source in desk.settings.shops:
        for told in look_at_hooks(desk, source):
            yield Finding(f"hooks of {source.name}", *told)


def _shop(source: OrderSource) -> tuple[Finding, Sequence[ColumnReport]]:
    what = f"shop {source.name}"
    try:
        shop = make_shop(source)
        columns = shop.inspect()
        shop.close()
    except (ShopError, SetUpError) as error:
        told = str(error).removeprefix(f"shop {source.name!r}: ")
        said, _, remedy = told.partition(". " if ". " in told else ": ")
        return Finding(what, "problem", said, remedy), ()
    if wrong := [column for column in columns if column.problem]:
        said = "; ".join(f"{column.column}: {column.problem}" for column in wrong)
        return Finding(what, "problem", said, "See below how the first rows were understood."), columns
    if isinstance(shop, Hooked) and shop.hook.is_alone:
        return Finding(what, "ok", "it is not asked: it calls"), columns
    found = sum(column.found for column in columns)
    return Finding(what, "ok", f"it answers; {counted(found, 'column')} understood"), columns


def _mail_server(settings: Settings) -> Finding:
    if not settings.email.url.get_secret_value() and settings.is_rehearsal:
        return Finding(
            "mail server", "ok", "not set yet; not needed in rehearsal", "For live: url in [email]."
        )
    try:
        channel = make_email(as_live(settings))
        asyncio.run(_probe(channel))
    except SetUpError as error:
        said, _, remedy = str(error).partition(": ")
        return Finding("mail server", "problem", said, remedy)
    except ValueError as error:
        remedy = 'Write from = "Anna <anna@example.com>" under [email].'
        return Finding("mail server", "problem", str(error), remedy)
    except DeliveryError as error:
        return Finding("mail server", "problem", str(error), "See url in [email], or PALDIES_EMAIL_URL.")
    return Finding("mail server", "ok", "it answers, and lets us in")


def _dkim(settings: Settings) -> Iterator[Finding]:
    if told := look_at_key(settings):
        yield Finding("DKIM", *told)


def _telephone(settings: Settings) -> Finding:
    twilio = settings.twilio
    if not twilio.is_set_up:
        said = "not set up: steps go on to their next channel"
        return Finding("telephone", "ok", said, "For calls and text messages: [twilio].")
    call, _ = make_telephone(as_live(settings), SystemClock())
    try:
        asyncio.run(_probe(call))
    except DeliveryError as error:
        return Finding("telephone", "problem", str(error), "See [twilio], and PALDIES_TWILIO_AUTH_TOKEN.")
    if twilio.daily_budget is None:
        return Finding("telephone", "warning", "it answers", 'Set daily_budget = "20 EUR" under [twilio].')
    return Finding("telephone", "ok", f"it answers; {twilio.daily_budget} a day")


def _pages(settings: Settings) -> Finding:
    if settings.paldies.public_url:
        return Finding("pages", "ok", settings.paldies.public_url)
    said = "no public_url: nothing promotional goes, answers come by reply"
    return Finding("pages", "ok", said, "For links in messages: public_url in [paldies].")


async def _probe(channel: Channel) -> None:
    try:
        await channel.probe()
    finally:
        await channel.close()


def _show(findings: Sequence[Finding], reports: Sequence[ShopReport]) -> None:
    for report in reports:
        if report.columns:
            heading(f"Shop {report.shop}: how the first rows are understood")
            table(
                ["Column", "For example", "Understood as"],
                [
                    (
                        column.column,
                        column.example,
                        coloured("problem", f": {column.problem}") if column.problem else column.understood,
                    )
                    for column in report.columns
                ],
            )
    table(
        ["What", "", "Found", "Remedy"],
        [(one.what, coloured(one.state), one.said, one.remedy) for one in findings],
    )
    problems = sum(finding.state == "problem" for finding in findings)
    say(f"{counted(problems, 'problem')} to solve." if problems else "Everything is in order.")
