"""`paldies check`: is everything in order, and if not, what is the remedy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import typer
from sqlalchemy.exc import SQLAlchemyError

from paldies.cli.checks.bounces import look_at_mailbox, look_at_stops
from paldies.cli.checks.campaigns import look_at_campaigns, look_at_texts
from paldies.cli.checks.database import look_at_database
from paldies.cli.checks.dkim import look_at_key
from paldies.cli.checks.figures import look_at_figures
from paldies.cli.checks.hooks import look_at_hooks
from paldies.cli.checks.providers import look_at_mail_server, look_at_telephone
from paldies.cli.checks.shops import look_at_shop
from paldies.cli.checks.told import State, Told
from paldies.cli.desk import config_path, read_settings, sit_down
from paldies.cli.errors import explained
from paldies.cli.output import AsJson, as_json, coloured, counted, heading, say, table
from paldies.configuration import ConfigurationError
from paldies.orders.shops.base import ColumnReport
from paldies.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table."""

    what: str
    state: State
    said: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ShopReport:
    """How the first rows of one shop were understood."""

    shop: str
    columns: Sequence[ColumnReport]


@dataclass(frozen=True, slots=True)
class Report:
    findings: list[Finding] = field(default_factory=list)
    shops: list[ShopReport] = field(default_factory=list)

    def add(self, what: str, told: Told) -> None:
        self.findings.append(Finding(what, *told))


def check(ctx: typer.Context, json: AsJson = False) -> None:
    """Is everything in order? One table: what is wrong, and the remedy."""
    report = Report()
    try:
        settings = read_settings(ctx)
    except ConfigurationError as error:
        for line in str(error).splitlines():
            report.add("configuration", Told("problem", line))
    else:
        _look_around(ctx, settings, report)
    if json:
        as_json(report)
    else:
        _show(report)
    if any(finding.state == "problem" for finding in report.findings):
        raise typer.Exit(1)


def _look_around(ctx: typer.Context, settings: Settings, report: Report) -> None:
    report.add("configuration", _configuration(ctx, settings))
    for what, told in _inside(ctx):
        report.add(what, told)
    for source in settings.shops:
        told, columns = look_at_shop(source)
        report.add(f"shop {source.name}", told)
        report.shops.append(ShopReport(source.name, columns))
    if not settings.shops:
        remedy = "Add a [[shops]] to paldies.toml."
        report.add("shops", Told("warning", "no orders come from anywhere", remedy))
    report.add("mail server", look_at_mail_server(settings))
    if key := look_at_key(settings):
        report.add("DKIM", key)
    report.add("bounces", look_at_mailbox(settings))
    report.add("telephone", look_at_telephone(settings))
    report.add("pages", _pages(settings))
    if figures := look_at_figures(settings.web):
        report.add("figures", figures)


def _configuration(ctx: typer.Context, settings: Settings) -> Told:
    if settings.is_rehearsal:
        return Told("ok", f"{config_path(ctx)}, rehearsal: nothing leaves")
    only_to = settings.paldies.send_only_to
    only = f", to {counted(len(only_to), 'address', 'addresses')} only" if only_to else ""
    return Told("ok", f"{config_path(ctx)}, live{only}")


def _inside(ctx: typer.Context) -> Iterator[tuple[str, Told]]:
    """What can be seen in our own database and templates."""
    try:
        with sit_down(ctx) as desk:
            yield from (("database", told) for told in look_at_database(desk))
            yield from (("templates", told) for told in look_at_texts(desk))
            yield from look_at_campaigns(desk)
            for source in desk.settings.shops:
                yield from ((f"hooks of {source.name}", told) for told in look_at_hooks(desk, source))
            yield from look_at_stops(desk)
    except (SQLAlchemyError, OSError) as error:
        said, _, remedy = (explained(error) or str(error)).partition(": see ")
        yield "database", Told("problem", said, f"See {remedy}" if remedy else "")


def _pages(settings: Settings) -> Told:
    if settings.paldies.public_url:
        return Told("ok", settings.paldies.public_url)
    said = "no public_url: nothing promotional goes, answers come by reply"
    return Told("ok", said, "For links in messages: public_url in [paldies].")


def _show(report: Report) -> None:
    for shop in report.shops:
        if shop.columns:
            heading(f"Shop {shop.shop}: how the first rows are understood")
            table(
                ["Column", "For example", "Understood as"],
                [
                    (
                        column.column,
                        column.example,
                        coloured("problem", f": {column.problem}") if column.problem else column.understood,
                    )
                    for column in shop.columns
                ],
            )
    table(
        ["What", "", "Found", "Remedy"],
        [(one.what, coloured(one.state), one.said, one.remedy) for one in report.findings],
    )
    problems = sum(finding.state == "problem" for finding in report.findings)
    say(f"{counted(problems, 'problem')} to solve." if problems else "Everything is in order.")
