"""How long it takes to play a shop's past through a campaign."""

import re
import subprocess
import sys

from tests.benchmarks.answers import Answer, Found, table
from tests.benchmarks.sizes import Size

TITLE = "A simulation"
_DAYS = 30
_TOLD = re.compile(
    r"recorded in (?P<recorded>[\d.]+) s, played in (?P<played>[\d.]+) s, (?P<megabytes>\d+) MB.*"
    r"\n\s*(?P<messages>[\d,]+) messages: (?P<rate>\d+)/s"
)
_TEXT = """
`tests.benchmarks.simulate`: so many made-up orders, spread over {days} days, read from a file, and played
through a campaign of five e-mails each, as `paldies simulate` does it, with everything that decides, renders
and records.

{table}
"""


def ask(size: Size) -> Found:
    return measure(size.of(500, 5_000, 100_000))


def measure(orders: int) -> Found:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.simulate", f"{orders}", f"{_DAYS}"],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = _TOLD.search(done.stdout)
    assert told, done.stdout
    print(f"  {orders:,} orders: {told[0]}")
    return {"orders": orders, **told.groupdict()}


def tell(found: Found) -> Answer:
    row = (
        f"{found['orders']:,}",
        found["messages"],
        f"{found['recorded']} s",
        f"{found['played']} s",
        f"{int(found['rate']):,}/s",
        f"{found['megabytes']} MB",
    )
    head = ("orders", "messages", "read in", "played in", "messages", "memory")
    return Answer(_TEXT.format(days=_DAYS, table=table(head, [row])))
