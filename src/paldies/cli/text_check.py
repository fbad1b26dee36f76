"""`paldies templates check`: every text in every language, for sample orders and for the shop's own."""

from collections.abc import Mapping, Sequence

import typer
from rich.text import Text

from paldies.campaigns.traits import Traits
from paldies.channels import OBJECTIONS, PARTS
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, as_json, coloured, counted, say, table
from paldies.settings import Settings
from paldies.templates import lint
from paldies.templates.faults import Level, Problem
from paldies.templates.lint.carriers import Carrier, Carriers
from paldies.templates.real_orders import latest_orders

_REAL = 200  # orders


def check(ctx: typer.Context, json: AsJson = False) -> None:
    """Compile every text and fill it in, for sample orders and the last 200 real ones.

    Says what is wrong, where, and the remedy; and what a text message costs.
    """
    with sit_down(ctx) as desk:
        report = look_over(desk)
        drafts = desk.drafts.problems
        count = len(desk.library.texts())
    if json:
        as_json({"texts": count, "orders": report.orders, "problems": report.problems, "campaigns": drafts})
    else:
        _show(report.problems, drafts, f"{counted(count, 'text')}{_tried(report)}")
    if drafts or any(not problem.is_warning for problem in report.problems):
        raise typer.Exit(1)


def look_over(desk: Desk) -> lint.Report:
    """All that is wrong with the shop's texts, or good to know about them."""
    settings = desk.settings
    return lint.check(
        desk.library,
        campaigns=[draft.campaign for draft in desk.drafts.good],
        shop=desk.shop,
        locale=settings.paldies.locale,
        carriers=carriers(settings, desk.traits),
        real=desk.look(latest_orders, _REAL, desk.home_zone, public_url=settings.paldies.public_url),
    )


def carriers(settings: Settings, traits: Mapping[str, Traits]) -> Carriers:
    """Every channel there is, with what it has to say about a text."""
    prices = {"sms": settings.twilio.sms_price}
    return {
        name: Carrier(
            OBJECTIONS.get(name),
            PARTS.get(name),
            prices.get(name),
            needs_way_out=each.needs_way_out,
        )
        for name, each in traits.items()
    }


def _show(problems: Sequence[Problem], drafts: Sequence[str], looked_at: str) -> None:
    wrong = [problem for problem in problems if problem.level is not Level.NOTE]
    notes = [problem for problem in problems if problem.level is Level.NOTE]
    rows = [_row(problem) for problem in wrong]
    # a campaign's problem says by itself where it is, and the remedy
    rows += [(coloured("problem"), *problem.partition(": ")[::2], "") for problem in drafts]
    if rows:
        table(["", "Where", "What", "Remedy"], rows)
        say(f"{looked_at}.")
    else:
        say(f"{looked_at}, all in order.")
    if notes:
        table(["", "Where", "What", "Remedy"], [_row(note) for note in notes], title="Good to know")


def _row(problem: Problem) -> tuple[Text, str, str, str]:
    where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
    return coloured(problem.level), where, problem.text, problem.remedy


def _tried(report: lint.Report) -> str:
    said = ", tried on two sample orders"
    if report.orders < report.known:
        return f"{said} and on {report.orders} of your last {report.known}, for which there was time"
    return f"{said} and on your last {counted(report.known, 'order')}" if report.known else said
