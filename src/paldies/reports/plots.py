"""Plots as inline SVG: drawn with the page's own colours, readable without any script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

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


def stacked(bars: Sequence[Bar], parts: Sequence[str], *, describes: str) -> Markup:
    """Bars of `parts`, from the floor up, with a scale that ends on a round number."""
    top = _round_up(max((bar.height for bar in bars), default=0))
    width = (_WIDTH - _LEFT) / max(1, len(bars))
    drawn = [_scale(top)]
    for number, bar in enumerate(bars):
        drawn.append(_stack(bar, parts, x=_LEFT + number * width, width=width, top=top))
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, describes, Markup("").join(drawn)
    )


def _stack(bar: Bar, parts: Sequence[str], *, x: float, width: float, top: int) -> Markup:
    floor: float = _HEIGHT - _BOTTOM
    gap = min(3.0, width * 0.2)
    pieces = []
    for part in parts:
        height = bar.parts.get(part, 0) / top * (floor - _TOP)
        if height:
            floor -= height
            pieces.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    part, x + gap / 2, floor, width - gap, height
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


def _round_up(height: int) -> int:
    """To 2, 4, 10, 20, 40, 50, 100…: halves are whole numbers, too."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if height <= factor * step:
                return factor * step
        step *= 10
