"""What more connections bring: as many mails share a commit as there are connections."""

from collections.abc import Mapping, Sequence

from tests.benchmarks.answers import Answer, Found, table
from tests.benchmarks.contestants import LIMIT, NODE, ON_POSTGRESQL, ON_SQLITE, everybody
from tests.benchmarks.rounds import hold, ratio, usual
from tests.benchmarks.sizes import Size

TITLE = "What more connections bring"
_NUMBERS = (8, 16, 32, 48, 64)
_TAKE_PART = (ON_SQLITE, ON_POSTGRESQL, NODE, LIMIT)
_TEXT = """
The same again over fewer and over more connections, {rounds} times in turn. After each wave of mails all
connections wait for a commit; the more there are, the more mails share it. What a crash may leave in doubt
grows with them (for each, the mail that is on its way and the one claimed to follow it), and few receivers
allow many: Postfix takes 50 from one client, most providers fewer. So `connections` is 16 unless you say
otherwise; 48 are for a mail server of your own.

{table}
"""


def ask(size: Size) -> Found:
    return measure(size.of(600, 4_000, 20_000), rounds=size.of(1, 2, 5))


def measure(mails: int, *, rounds: int) -> Found:
    some = [each for each in everybody() if each.name in _TAKE_PART]
    held = hold(some, mails, rounds=rounds, connections=_NUMBERS)
    return {"rounds": {f"{connections}": each for connections, each in held.rounds.items()}}


def tell(found: Found) -> Answer:
    by_number: Mapping[str, Sequence[Found]] = found["rounds"]
    present = [name for name in _TAKE_PART if name in by_number["16"][0]]
    beside = [name for name in (NODE, LIMIT) if name in present]
    head = (
        "connections", *(f"{name}, mails/s" for name in present), "µs of work a mail (SQLite)",
        *(f"SQLite beside {name}" for name in beside),
    )  # fmt: skip
    rows = [
        (
            connections,
            *(f"{usual(rounds, name, 'rate'):,.0f}" for name in present),
            f"{usual(rounds, ON_SQLITE, 'work'):,.0f}",
            *(f"{ratio(rounds, ON_SQLITE, name):.2f} ×" for name in beside),
        )
        for connections, rounds in by_number.items()
    ]
    return Answer(_TEXT.format(rounds=len(by_number["16"]), table=table(head, rows)))
