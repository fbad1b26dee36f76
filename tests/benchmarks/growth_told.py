"""How a page shows what growth costs."""

from collections.abc import Mapping, Sequence

from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.plots import lines

_TEXT = """
The database holds so many messages. First all of them are waiting, a fifth of them due; then most have been
sent, as in a shop that has been at it for years. *A look* reads 500 due messages; *a message* is decided,
rendered, claimed and settled on a channel that takes no time (16 connections, per message); *an order* is
planned into five messages in a transaction of its own; *why* explains one order. p50 / p99 of {times} each,
in ms. *A start* is what a daemon takes from the end of its imports to the end of its first look, and the
memory beyond the imports', all messages pending.

{tables}

![{title}]({{plot:growth}})
"""
_TITLE = "A look at 500 due messages, p99, as the messages grow"


def tell(found: Found) -> Answer:
    kept = {name: rows for name, rows in found.items() if name != "times" and rows}
    tables = "\n\n".join(f"**{name}**\n\n{_table(rows)}" for name, rows in kept.items())
    series: dict[str, Mapping[float, float]] = {}
    for name, rows in kept.items():
        series[f"{name}: a look, p99"] = {row["messages"]: row["due_of_pending"]["p99"] for row in rows}
        series[f"{name}: a message"] = {row["messages"]: row["message"]["clock"] / 1000 for row in rows}
    plot = lines(series, across="messages", unit=" ms", describes=_TITLE)
    text = _TEXT.format(tables=tables, title=_TITLE, times=found["times"])
    targets = [target for each in kept.items() for target in _targets(*each)]
    figures = {
        f"{'sqlite' if name == 'SQLite' else 'postgresql'}-{what}": said
        for name, rows in kept.items()
        for what, said in _figures(rows[-1]).items()
    }
    return Answer(text, {"growth": plot}, targets, figures)


def _figures(row: Found) -> Mapping[str, str]:
    return {
        "messages": f"{row['messages']:,}",
        "look": f"{row['due_of_pending']['p99']:.0f}",
        "start": f"{row['start']['seconds']:.1f}",
        "start-memory": f"{row['start']['megabytes']:.0f}",
        "row": f"{row['bytes']:,.0f}",
    }


def _table(rows: Sequence[Found]) -> str:
    head = (
        "messages", "a look, all pending", "a look, most sent", "a message", "an order", "why", "a start",
        "bytes a message",
    )  # fmt: skip
    return table(
        head,
        (
            (
                f"{row['messages']:,}",
                *(_times(row[name]) for name in ("due_of_pending", "due_of_few")),
                f"{row['message']['clock'] / 1000:.2f}",
                *(_times(row[name]) for name in ("planning", "why")),
                f"{row['start']['seconds']:.2f} s, {row['start']['megabytes']:.0f} MB",
                f"{row['bytes']:,.0f}",
            )
            for row in rows
        ),
    )


def _times(each: Found) -> str:
    return f"{each['p50']:.1f} / {each['p99']:.1f}"


def _targets(name: str, rows: Sequence[Found]) -> list[Target]:
    first, last = rows[0], rows[-1]
    if first is last:
        return []
    size = f"{last['messages']:,} messages"
    slower = last["due_of_pending"]["p99"] / first["due_of_pending"]["p99"]
    start = last["start"]
    return [
        Target(
            f"{name}: a look's p99 with {size} pending, beside {first['messages']:,}",
            "≤ 2 ×", f"{slower:.2f} ×", slower <= 2,
        ),
        Target(
            f"{name}: a start with {size} pending, beyond the imports",
            "≤ 0.5 s and 40 MB",
            f"{start['seconds']:.2f} s, {start['megabytes']:.0f} MB",
            start["seconds"] <= 0.5 and start["megabytes"] <= 40,
        ),
    ]  # fmt: skip
