"""Whether several workers together keep to one rate."""

import time
from collections.abc import Sequence
from contextlib import closing
from statistics import median

from sqlalchemy.orm import Session

from paldies.outbox.engines.bucket import close_bucket, open_bucket
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.in_turn import in_turn
from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.sizes import Size
from tests.benchmarks.workers import work_off
from tests.postgres import NoServer, postgres

TITLE = "One rate for all"
_RATE = 200  # mails a second
_WORKERS = 3
_TAKEN = 200  # times
_MIDDLE = (0.1, 0.9)  # of the mails: while all workers are at work
_TEXT = """
{workers} `paldies worker` on one PostgreSQL, with `rate = "{rate}/s"` and {seconds:.0f} s of messages due at
once. A second is the fullest that any window of one second can be laid upon; it may hold what a process took
at its end of one look and at the beginning of the next.

{table}
"""


def ask(size: Size) -> Found:
    return measure(seconds=size.of(4, 10, 60))


def measure(*, seconds: int) -> Found:
    try:
        with postgres(is_durable=True) as server, Receiver() as receiver:
            taking = _taking(server.url)
            heard = work_off(
                server.url, _WORKERS, _RATE * seconds, receiver, connections=4, rate=f"{_RATE}/s"
            )
    except NoServer as why:
        print(f"PostgreSQL: {why}")
        return {}
    rate = heard.rate_between(*_MIDDLE)
    fullest = _fullest(heard.accepted)
    print(f"  {rate:.1f}/s where {_RATE}/s are allowed; {fullest} in the fullest second")
    return {"rate": rate, "fullest": fullest, "seconds": seconds, "taking": taking}


def _taking(url: str) -> float:
    """Milliseconds that the bucket of a channel is locked for by one taker, its commit among them."""

    def take(session: Session) -> None:
        tokens = open_bucket(session, "email", _RATE)
        in_turn(session, close_bucket("email", tokens, taken=tokens.whole, is_awaited=True))

    times = []
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        for _ in range(_TAKEN):
            began = time.perf_counter()
            database.now(take)
            times.append((time.perf_counter() - began) * 1000)
    print(f"  a look into the bucket takes {median(times):.1f} ms")
    return median(times)


def _fullest(accepted: Sequence[float]) -> int:
    """Mails in any one second."""
    first = most = 0
    for last, at in enumerate(accepted):
        while accepted[first] < at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def tell(found: Found) -> Answer:
    off = abs(found["rate"] / _RATE - 1)
    rows = [
        (f"{_RATE}/s", f"{found['rate']:.1f}/s", f"{off:.1%}", found["fullest"], f"{found['taking']:.1f} ms")
    ]
    head = ("allowed", "held", "off by", "in the fullest second", "a look into the bucket")
    text = _TEXT.format(workers=_WORKERS, rate=_RATE, seconds=found["seconds"], table=table(head, rows))
    target = Target(f"a rate held by {_WORKERS} workers", "within 2%", f"{off:.1%} off", off <= 0.02)
    return Answer(text, {}, [target], {"off": f"{off:.1%}", "bucket": f"{found['taking']:.1f}"})
