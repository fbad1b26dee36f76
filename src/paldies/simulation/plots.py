"""The bars of a simulation's plots: messages day by day and hour by hour."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

from paldies.reports.plots import Bar
from paldies.simulation.report import Day

CHANNELS = ("email", "call", "sms", "task")  # the order in which they are stacked
MOST_BARS = 62  # more are drawn as weeks


def days(told: Sequence[Day]) -> Sequence[Bar]:
    """A bar for each day, or for each week where there are many."""
    if len(told) <= MOST_BARS:
        return [Bar(f"{day.on:%a %d %b %Y}", _label(day.on, told), day.messages) for day in told]
    weeks: dict[date, list[Day]] = {}
    for day in told:
        year, week, _ = day.on.isocalendar()
        weeks.setdefault(date.fromisocalendar(year, week, 1), []).append(day)
    shown: list[Bar] = []
    for monday, those in weeks.items():
        parts = {name: sum(day.messages.get(name, 0) for day in those) for name in CHANNELS}
        begins_month = monday.day <= 7
        shown.append(Bar(f"week of {monday:%d %b %Y}", f"{monday:%b}" if begins_month else "", parts))
    return shown


def hours(told: Mapping[str, Sequence[int]]) -> Sequence[Bar]:
    """A bar for each hour of the day."""
    return [
        Bar(
            f"{hour:02}:00-{hour:02}:59",
            f"{hour}" if hour % 3 == 0 else "",
            {name: counts[hour] for name, counts in told.items()},
        )
        for hour in range(24)
    ]


def _label(on: date, told: Sequence[Day]) -> str:
    every = ceil(len(told) / 8)
    return f"{on.day} {on:%b}" if (on - told[0].on).days % every == 0 else ""
