"""Plots as SVG files that stand alone: readable in a light and in a dark page, without any script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; } .quiet { fill: #656d76; }
.grid { stroke: #d1d9e0; }
.ours { fill: #1a7f64; } .other { fill: #8c959f; } .limit { fill: #d0a215; }
.line { fill: none; stroke-width: 2; } .a { stroke: #1a7f64; } .b { stroke: #3b6fd4; } .c { stroke: #d0a215; }
.d { stroke: #8c959f; } .dot.a { fill: #1a7f64; } .dot.b { fill: #3b6fd4; } .dot.c { fill: #d0a215; }
.dot.d { fill: #8c959f; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; }
.ours { fill: #3fb990; } .a { stroke: #3fb990; } .dot.a { fill: #3fb990; } }
"""
_WIDTH = 720
_ROW, _LABEL, _FIGURE = 30, 250, 90  # pixels: a bar's height, the widths left and right of the bars
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300, 64, 190, 16, 34  # of lines


@dataclass(frozen=True, slots=True)
class Bar:
    """`kind`: ours, other or limit."""

    label: str
    value: float
    kind: str = "other"


def bars(rows: Sequence[Bar], *, unit: str, describes: str) -> str:
    """One below the other, from nought, each with its figure."""
    most = max(row.value for row in rows)
    room = _WIDTH - _LABEL - _FIGURE
    drawn = []
    for number, row in enumerate(rows):
        top, length = number * _ROW + 6, max(1.0, row.value / most * room)
        shape = f'x="{_LABEL}" y="{top}" width="{length:.1f}" height="{_ROW - 10}" rx="2"'
        beside = f'x="{_LABEL + length + 8:.1f}" y="{top + 14}"'
        drawn += [
            f'<text x="{_LABEL - 10}" y="{top + 14}" text-anchor="end">{escape(row.label)}</text>',
            f'<rect class="{row.kind}" {shape}/>',
            f'<text class="quiet" {beside}>{_short(row.value)}{escape(unit)}</text>',
        ]
    return _svg(drawn, height=len(rows) * _ROW + 6, describes=describes)


def lines(series: Mapping[str, Mapping[float, float]], *, across: str, unit: str, describes: str) -> str:
    """Both axes in powers of ten; each series by x, with its name at its end."""
    xs = sorted({x for line in series.values() for x in line})
    ys = [y for line in series.values() for y in line.values()]
    across_scale = _Scale(min(xs), max(xs), _LEFT, _WIDTH - _RIGHT)
    up = _Scale(10 ** _below(min(ys)), 10 ** (_below(max(ys)) + 1), _HEIGHT - _BOTTOM, _TOP)
    drawn = []
    for power in range(_below(min(ys)), _below(max(ys)) + 2):
        y = up.at(10**power)
        drawn += [
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
            f'<text class="quiet" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{10**power:g}{unit}</text>",
        ]
    for x in xs:
        at = across_scale.at(x)
        drawn.append(
            f'<text class="quiet" x="{at:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{_count(x)}</text>'
        )
    drawn.append(f'<text class="quiet" x="{_WIDTH - _RIGHT + 24}" y="{_HEIGHT - 12}">{escape(across)}</text>')
    names = _apart([(up.at(line[max(line)]), name) for name, line in series.items()])
    for letter, (name, line) in zip("abcd", series.items(), strict=False):
        points = [(across_scale.at(x), up.at(y)) for x, y in sorted(line.items())]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(f'<polyline class="line {letter}" points="{path}"/>')
        drawn += [f'<circle class="dot {letter}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
        drawn.append(f'<text x="{points[-1][0] + 12:.1f}" y="{names[name] + 4:.1f}">{escape(name)}</text>')
    return _svg(drawn, height=_HEIGHT, describes=describes)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Logarithmic."""

    least: float
    most: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(value) - log10(self.least)) / (log10(self.most) - log10(self.least) or 1)
        return self.begin + share * (self.end - self.begin)


def _apart(names: Sequence[tuple[float, str]]) -> dict[str, float]:
    """Where each is written: near its line, and not upon another."""
    placed: dict[str, float] = {}
    last = -100.0
    for y, name in sorted(names):
        last = max(y, last + 16)
        placed[name] = last
    return placed


def _below(value: float) -> int:
    """The power of ten that it reaches."""
    power = -6
    while 10 ** (power + 1) <= value:
        power += 1
    return power


def _count(number: float) -> str:
    for size, word in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:g}{word}"
    return f"{number:g}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"


def _svg(drawn: Sequence[str], *, height: int, describes: str) -> str:
    shape = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    inside = "\n".join([f"<title>{escape(describes)}</title>", f"<style>{_STYLE}</style>", *drawn])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {shape} role="img">\n{inside}\n</svg>\n'
