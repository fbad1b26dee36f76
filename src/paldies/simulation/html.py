"""One page that shows a simulation, or what differs between two: no script, nothing loaded from anywhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from paldies.reports.plots import stacked
from paldies.simulation import plots
from paldies.simulation.comparison import Changed, Sums
from paldies.simulation.composing import Example
from paldies.simulation.report import Report, Sent, Silence
from paldies.web.drawing import pages_in

_CHANNELS = {"email": "e-mail", "sms": "text message", "call": "call", "task": "staff"}
_WEEKDAYS = ("a Monday", "a Tuesday", "a Wednesday", "a Thursday", "a Friday", "a Saturday", "a Sunday")
_CUSTOMERS = 200  # shown one by one


def draw(report: Report, examples: Sequence[Example], *, name: str) -> str:
    """`name` is what was simulated, for people."""
    return _drawn(
        "page.html",
        ZoneInfo(report.time_zone),
        report=report,
        said=list(_by_step(report.sent)),
        silences=list(_by_reason(report.silences)),
        in_vain=list(_by_reason(report.in_vain)),
        examples=sorted(examples, key=lambda one: (one.campaign, one.step, one.channel, one.locale)),
        name=name,
        channels=[channel for channel in plots.CHANNELS if channel in report.hours],
        days=stacked(plots.days(report.days), plots.CHANNELS, describes="Messages day by day, by channel"),
        hours=stacked(
            plots.hours(report.hours),
            plots.CHANNELS,
            describes="Messages in each hour of the day, by channel",
        ),
        put_off=sum(one.messages for one in report.put_off),
    )


def draw_differences(changed: Iterable[Changed], zone: ZoneInfo, *, before: str, after: str) -> str:
    """The first customers one by one, all of them in sums."""
    sums = Sums()
    shown = [one for one in sums.adding(changed) if sums.customers <= _CUSTOMERS]
    return _drawn(
        "differences.html",
        zone,
        sums=sums,
        customers=shown,
        before=before,
        after=after,
        time_zone=zone.key,
    )


def _drawn(page: str, zone: ZoneInfo, **values: Any) -> str:
    drawing = pages_in("paldies.simulation", "page")
    drawing.filters |= {
        "amount": lambda number: f"{number:,}",
        "money": lambda cost: f"{Decimal(cost):,.2f}",
        "percent": _percent,
        "channel_name": _CHANNELS.__getitem__,
        "weekday": lambda number: _WEEKDAYS[number],
        "day": lambda at: f"{at.astimezone(zone):%-d %B %Y}",
        "hour": lambda at: _hour(at.astimezone(zone)),
        "moment": lambda at: f"{at.astimezone(zone):%a %-d %b, %H:%M}" if at else "not sent",
    }
    style = (files("paldies.simulation.page") / "style.css").read_text("utf-8")
    values["style"] = Markup(style)  # noqa: S704 - our own file
    return drawing.get_template(page).render(values)


@dataclass(frozen=True, slots=True)
class Line:
    """Rows of a report that say the same, together; `parts` are what they differ in, the largest first."""

    name: str
    channel: str
    parts: Sequence[tuple[str, int]]
    messages: int
    cost: Decimal = Decimal(0)


def _by_step(sent: Sequence[Sent]) -> Iterator[Line]:
    """The languages of a step together."""
    for (campaign, step, channel), rows in groupby(
        sent, key=lambda one: (one.campaign, one.step, one.channel)
    ):
        those = list(rows)
        languages = [(one.locale, one.messages) for one in those]
        cost = sum((one.cost for one in those), Decimal(0))
        yield Line(f"{campaign} · {step}", channel, languages, sum(one.messages for one in those), cost)


def _by_reason(silences: Sequence[Silence]) -> list[Line]:
    """The steps that one reason has kept back together, the commonest reason first."""
    together: dict[str, list[Silence]] = defaultdict(list)
    for one in silences:
        together[one.sentence].append(one)
    lines = [
        Line(
            sentence,
            "",
            [(f"{one.campaign} · {one.step}, {_CHANNELS[one.channel]}", one.messages) for one in those],
            sum(one.messages for one in those),
        )
        for sentence, those in together.items()
    ]
    return sorted(lines, key=lambda line: -line.messages)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 or not share else f"{share:.1%}"


def _hour(at: datetime) -> str:
    return f"{at:%a %-d %b %Y, %H:00}"
