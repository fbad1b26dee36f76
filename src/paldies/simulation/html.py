"""One page that shows a simulation, in one file: no script, nothing loaded from anywhere."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from paldies.simulation import plots
from paldies.simulation.composing import Example
from paldies.simulation.report import Report

_CHANNELS = {"email": "e-mail", "sms": "text message", "call": "call", "task": "staff"}
_WEEKDAYS = ("a Monday", "a Tuesday", "a Wednesday", "a Thursday", "a Friday", "a Saturday", "a Sunday")


def draw(report: Report, examples: Sequence[Example], *, name: str) -> str:
    """`name` is what was simulated, for people."""
    zone = ZoneInfo(report.time_zone)
    drawing = Environment(
        loader=PackageLoader("paldies.simulation", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawing.filters |= {
        "amount": lambda number: f"{number:,}",
        "money": lambda cost: f"{Decimal(cost):,.2f}",
        "percent": _percent,
        "channel_name": lambda channel: _CHANNELS.get(channel, channel),
        "weekday": lambda number: _WEEKDAYS[number],
        "day": lambda at: f"{at.astimezone(zone):%-d %B %Y}",
        "hour": lambda at: _hour(at.astimezone(zone)),
    }
    style = (files("paldies.simulation.page") / "style.css").read_text("utf-8")
    return drawing.get_template("page.html").render(
        report=report,
        examples=sorted(examples, key=lambda one: (one.campaign, one.step, one.channel, one.locale)),
        name=name,
        style=Markup(style),  # noqa: S704 - our own file
        channels=[channel for channel in plots.CHANNELS if channel in report.hours],
        days=plots.stacked(plots.days(report.days), describes="Messages day by day, by channel"),
        hours=plots.stacked(
            plots.hours(report.hours), describes="Messages in each hour of the day, by channel"
        ),
        put_off=sum(one.messages for one in report.put_off),
    )


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 or not share else f"{share:.1%}"


def _hour(at: datetime) -> str:
    return f"{at:%a %-d %b %Y, %H:00}"
