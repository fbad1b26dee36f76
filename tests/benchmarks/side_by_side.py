"""The same mails into the same receiver: paldies, what others use, and what is possible at all."""

from collections.abc import Sequence

from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.contestants import (
    CELERY,
    DJANGO,
    LIMIT,
    NAIVE,
    NODE,
    ON_POSTGRESQL,
    ON_SQLITE,
    ON_TWO,
    everybody,
)
from tests.benchmarks.plots import Bar, bars
from tests.benchmarks.rounds import hold, ratio, usual
from tests.benchmarks.sizes import Size

TITLE = "The same mail into the same receiver"
_CONNECTIONS = 16
_TEXT = """
Everybody sends the same words to a receiver on loopback that keeps nothing, over {connections} connections
where they can have several, {rounds} times in turn. paldies finds them due in its database, decides, renders,
claims, sends and writes down each of them, and says a line about it in its log; the others are handed
finished texts. The clock runs from when the receiver has accepted a twentieth of them (so nobody's start
counts) until all is sent *and written down*; of Celery, which cannot say so, until the last was accepted.
What is not sent is not counted: the receiver counts. smtp-source pushes one mail again and again and
remembers nothing: it is the limit. Beside it stands the median of the ratios of each round, as the machine is
not equally fast all the time.

The receiver is our own, as it has to say when it accepted which mail. It works half as long over a mail as
Postfix's smtp-sink does, and so smtp-source, which does next to nothing itself, is twice as fast into it.

![Mails a second]({{plot:side-by-side}})

{table}

{versions}
"""


def ask(size: Size) -> Found:
    return measure(size.of(600, 6_000, 30_000), rounds=size.of(1, 3, 5))


def measure(mails: int, *, rounds: int) -> Found:
    held = hold(everybody(), mails, rounds=rounds, connections=[_CONNECTIONS])
    versions = dict.fromkeys(each.versions for each in held.present)
    return {
        "mails": mails,
        "rounds": held.rounds[_CONNECTIONS],
        "absent": held.absent,
        "versions": list(versions),
    }


def tell(found: Found) -> Answer:
    rounds: Sequence[Found] = found["rounds"]
    names = sorted(rounds[0], key=lambda name: -usual(rounds, name, "rate"))
    kinds = {ON_SQLITE: "ours", ON_POSTGRESQL: "ours", ON_TWO: "ours", LIMIT: "limit"}
    drawn = [Bar(name, usual(rounds, name, "rate"), kinds.get(name, "other")) for name in names]
    head = (
        "", "mails/s", "of smtp-source", "paldies (SQLite) is", "each round", "bytes a mail",
        "µs of work a mail", "MB", "mails",
    )  # fmt: skip
    rows = [
        (
            name,
            f"{usual(rounds, name, 'rate'):,.0f}",
            f"{ratio(rounds, name, LIMIT):.1%}" if LIMIT in names else "",
            f"{ratio(rounds, ON_SQLITE, name):.1f} × as fast" if name not in (ON_SQLITE, LIMIT) else "",
            " ".join(f"{each[name]['rate']:,.0f}" for each in rounds),
            f"{usual(rounds, name, 'size'):,.0f}",
            _whole(usual(rounds, name, "work")),
            _whole(usual(rounds, name, "megabytes")),
            f"{rounds[0][name]['mails']:,}",
        )
        for name in names
    ]
    absent = "".join(f"\n\n{name} did not take part: {why}" for name, why in found["absent"].items())
    text = _TEXT.format(
        connections=_CONNECTIONS,
        rounds=len(rounds),
        table=table(head, rows),
        versions=f"Versions: {', '.join(found['versions'])}.{absent}",
    )
    plot = bars(drawn, unit="/s", describes="Mails a second")
    figures = {
        f"{short}-{what}": f"{usual(rounds, name, key):,.0f}"
        for short, name in (("sqlite", ON_SQLITE), ("postgresql", ON_POSTGRESQL), ("two", ON_TWO))
        if name in names
        for what, key in (("rate", "rate"), ("work", "work"), ("kept", "kept"))
    }
    figures["sqlite-kept-of-100-million"] = f"{usual(rounds, ON_SQLITE, 'kept') * 0.1:,.0f}"  # GB
    return Answer(text, {"side-by-side": plot}, _targets(rounds), figures)


def _targets(rounds: Sequence[Found]) -> list[Target]:
    wanted = (
        (ON_SQLITE, LIMIT, 0.30), (ON_TWO, LIMIT, 0.50), (ON_SQLITE, NODE, 4), (ON_SQLITE, DJANGO, 6),
        (ON_SQLITE, CELERY, 12), (ON_SQLITE, NAIVE, 12), (ON_POSTGRESQL, ON_SQLITE, 0.80),
    )  # fmt: skip
    targets = []
    for name, other, least in wanted:
        if name in rounds[0] and other in rounds[0]:
            reached = ratio(rounds, name, other)
            wish, said = (
                (f"≥ {least:g} ×", f"{reached:.1f} ×") if least >= 1 else (f"≥ {least:.0%}", f"{reached:.0%}")
            )
            because = _because(rounds, name, other)
            targets.append(Target(f"{name}, beside {other}", wish, said, reached >= least, because))
    return targets


def _because(rounds: Sequence[Found], name: str, other: str) -> str:
    own, others = (usual(rounds, each, "work") for each in (name, other))
    if not others:
        return ""
    ours = "to find it due, decide, render, claim, send, settle and log it"
    return f"a mail costs {own:,.0f} µs of processor time ({ours}), beside {others:,.0f} µs"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if value else "–"
