"""Plots as inline SVG: drawn with the page's own colours, readable without any script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from markupsafe import Markup, escape

from paldies.simulation.report import Day

CHANNELS = ("email", "call", "sms", "task")  # the order in which they are stacked
MOST_BARS = 62  # more are drawn as weeks
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 190, 38, 22, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One stack; `label` stands below it, if it is not empty."""

    title: str
    label: str
    parts: Mapping[str, int]

    @property
    def height(self) -> int:
        return sum(self.parts.values())


def stacked(bars: Sequence[Bar], *, describes: str) -> Markup:
    """Bars of messages by channel, with a scale that ends on a round number."""
    top = _round_up(max((bar.height for bar in bars), default=0))
    width = (_WIDTH - _LEFT) / max(1, len(bars))
    drawn = [_scale(top)]
    for number, bar in enumerate(bars):
        drawn.append(_stack(bar, _LEFT + number * width, width, top=top))
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, describes, Markup("").join(drawn)
    )


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


def _stack(bar: Bar, x: float, width: float, *, top: int) -> Markup:
    floor: float = _HEIGHT - _BOTTOM
    gap = min(3.0, width * 0.2)
    pieces = []
    for channel in CHANNELS:
        height = bar.parts.get(channel, 0) / top * (floor - _TOP)
        if height:
            floor -= height
            pieces.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    channel, x + gap / 2, floor, width - gap, height
                )
            )
    said = ", ".join(f"{count:,} {name}" for name, count in bar.parts.items() if count) or "nothing"
    label = Markup('<text x="{:.1f}" y="{}" class="tick">{}</text>').format(
        x + width / 2, _HEIGHT - 6, bar.label
    )
    return Markup("<g><title>{}: {}</title>{}{}</g>").format(
        bar.title, said, Markup("").join(pieces), label if bar.label else ""
    )


def _scale(top: int) -> Markup:
    floor = _HEIGHT - _BOTTOM
    lines = []
    for share in (0, 0.5, 1):
        y = floor - share * (floor - _TOP)
        count = f"{top * share:,.0f}"
        lines.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="scale" x="{}" y="{:.1f}">{}</text>'
            ).format(_LEFT, _WIDTH, y, y, _LEFT - 6, y + 3.5, escape(count))
        )
    return Markup("").join(lines)


def _label(on: date, told: Sequence[Day]) -> str:
    every = ceil(len(told) / 8)
    return f"{on.day} {on:%b}" if (on - told[0].on).days % every == 0 else ""


def _round_up(height: int) -> int:
    """To 2, 4, 10, 20, 40, 50, 100…: halves are whole numbers, too."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if height <= factor * step:
                return factor * step
        step *= 10
