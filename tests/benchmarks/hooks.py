"""Hooks that come in while mails go out: how many are taken, and whether any mail is late for it."""

import asyncio
import hmac
import json
import os
import socket
import sqlite3
import tempfile
import time
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.sizes import Size
from tests.benchmarks.stocked_house import furnish, stock_and_leave
from tests.many_machines import machines

TITLE = "Hooks while mails go out"
_MAILS, _HOOKS = 50, 200  # a second
_CALLERS = 16  # connections of the shop
_SECRET = "whsec_" + b64encode(b"the shop's own secret").decode()
_SHOP = f'[[shops]]\nname = "books"\nkind = "hook"\ncurrency = "EUR"\nwebhook_secret = "{_SECRET}"\n'
_TICK = 0.5  # seconds between two looks at what is due
_AHEAD = 1.0  # seconds from the word to the first mail
_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
_ALONE, _USUAL, _MOST = "mails alone", f"{_HOOKS} hooks a second", "as many hooks as it takes"
_TEXT = """
`paldies run` on SQLite: {mails} messages come due each second, a look is taken every {tick:g} s, and
meanwhile a shop calls over {callers} connections, each hook a signed new order of two lines, answered once it
is committed, then planned. A mail is late by what passes between the moment that it comes due and its claim:
up to one tick if nothing else happens. *Late by more than a tick* is what the next look, too, has left
behind: over {late:g} s.

{table}
"""


def ask(size: Size) -> Found:
    return measure(seconds=size.of(4, 8, 60))


def measure(*, seconds: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name, Receiver() as receiver:
        folder, port = Path(name), _free_port()
        furnish(folder, receiver.url, port=port, more=_SHOP)
        mails = _MAILS * seconds
        asyncio.run(stock_and_leave(folder, mails * 3))
        with closing(sqlite3.connect(folder / "paldies.db", timeout=30)) as database:
            ids = [id for (id,) in database.execute("SELECT id FROM messages ORDER BY id")]
            _put_off(database, ids, datetime.now(UTC) + timedelta(days=1), 0)
            with machines(folder, f"sqlite:///{folder / 'paldies.db'}", receiver.url) as house:
                daemon = house.start("run").pid
                house.wait_until_running(1)
                found: Found = {}
                numbers = count(1)
                for part, (phase, rate) in enumerate({_ALONE: 0, _USUAL: _HOOKS, _MOST: 1_000_000}.items()):
                    own = ids[part * mails : (part + 1) * mails]
                    _put_off(database, own, datetime.now(UTC) + timedelta(seconds=_AHEAD), 1 / _MAILS)
                    time.sleep(_AHEAD)
                    before = _work(daemon)
                    found[phase] = asyncio.run(_call(port, rate, seconds, numbers))
                    found[phase]["work"] = (_work(daemon) - before) / seconds
                    receiver.heard_until((part + 1) * mails, within=30)
                    found[phase]["late"] = _spread(_lateness(database, own))
                    _say(phase, found[phase])
    return found


def _work(process: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _put_off(database: sqlite3.Connection, ids: Sequence[int], until: datetime, each: float) -> None:
    """The first message to that moment, the others so many seconds after one another."""
    moments = ((until + timedelta(seconds=number * each)).strftime(_MOMENT) for number in range(len(ids)))
    with database:
        database.executemany("UPDATE messages SET send_at = ? WHERE id = ?", zip(moments, ids, strict=True))


def _lateness(database: sqlite3.Connection, ids: Sequence[int]) -> list[float]:
    """Seconds of each; those that have not left are as late as they can be."""
    asked = "SELECT send_at, claimed_at FROM messages WHERE id BETWEEN ? AND ?"
    rows = database.execute(asked, (ids[0], ids[-1])).fetchall()
    now = f"{datetime.now(UTC):{_MOMENT}}"
    return [(_moment(claimed or now) - _moment(due)).total_seconds() for due, claimed in rows]


def _moment(written: str) -> datetime:
    return datetime.strptime(written, _MOMENT).replace(tzinfo=UTC)


async def _call(port: int, rate: float, seconds: float, numbers: "count[int]") -> Found:
    """Each caller takes the next hook when its time has come; what waits for a caller waits as well."""
    if not rate:
        await asyncio.sleep(seconds)
        return {"hooks": 0}
    begin, waits, refused, due = time.monotonic(), list[float](), list[str](), count()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (at := begin + next(due) / rate) < begin + seconds and time.monotonic() < begin + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            asked = at if rate == _HOOKS else time.monotonic()
            writer.write(_hook(next(numbers)))
            status = await reader.readline()
            while (line := await reader.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = await reader.readexactly(length)
            waits.append(time.monotonic() - asked)
            if b" 200 " not in status or b"taken" not in body:
                refused.append(f"{status.decode().strip()} {body.decode()}")
        writer.close()

    await asyncio.gather(*(caller() for _ in range(_CALLERS)))
    if refused:
        print(f"  {len(refused)} hooks were not taken: {refused[0]}")
    taken = (len(waits) - len(refused)) / (time.monotonic() - begin)
    return {"hooks": taken, "refused": len(refused), "wait": _spread(waits)}


def _hook(number: int) -> bytes:
    """As docs/hooks.md has it."""
    now = datetime.now(UTC)
    order = {
        "id": f"B{number}", "status": "paid", "total": "59.90", "currency": "EUR",
        "placed_at": now.isoformat(),
        "email": f"reader{number}@example.com", "first_name": "Alice", "locale": "lv", "country": "LV",
        "lines": [
            {"sku": "TK-04", "name": "Linen tea towel", "quantity": 2, "price": "10.95"},
            {"sku": "BL-11", "name": "Birch board", "quantity": 1, "price": "38.00"},
        ],
    }  # fmt: skip
    body, id, second = json.dumps(order).encode(), f"msg_{number}", str(int(now.timestamp()))
    key = b"the shop's own secret"
    mac = b64encode(hmac.digest(key, f"{id}.{second}.".encode() + body, sha256)).decode()
    head = (
        f"POST /hooks/orders/books HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nwebhook-id: {id}\r\nwebhook-timestamp: {second}\r\n"
        f"webhook-signature: v1,{mac}\r\n\r\n"
    )
    return head.encode() + body


def _spread(values: Sequence[float]) -> Found:
    """Milliseconds."""
    steps = quantiles(values, n=100)
    return {"p50": steps[49] * 1000, "p99": steps[98] * 1000, "most": max(values) * 1000}


def _say(phase: str, found: Found) -> None:
    waited = f" answered in {_written(found['wait'])};" if "wait" in found else ""
    late, work = _written(found["late"]), f"{found['work']:.0%} of a core"
    print(f"  {phase}: {found['hooks']:.0f} hooks/s,{waited} mails late by {late}; {work}", flush=True)


def _written(spread: Found) -> str:
    return f"{spread['p50']:.0f} / {spread['p99']:.0f} / {spread['most']:.0f} ms"


def tell(found: Found) -> Answer:
    rows = [
        (
            phase,
            f"{each['hooks']:.0f}/s",
            _written(each["wait"]) if "wait" in each else "",
            _written(each["late"]),
            f"{each['work']:.0%}",
        )
        for phase, each in found.items()
    ]
    head = (
        "",
        "hooks taken",
        "a hook is answered in, p50 / p99 / most",
        "a mail is late by, p50 / p99 / most",
        "of a core",
    )
    text = _TEXT.format(mails=_MAILS, tick=_TICK, callers=_CALLERS, late=2 * _TICK, table=table(head, rows))
    usual = found[_USUAL]
    targets = [
        Target(
            "hooks a second while mails go out", f"{_HOOKS}/s", f"{usual['hooks']:.0f}/s",
            usual["hooks"] >= 0.98 * _HOOKS and not usual["refused"],
        ),
        Target(
            "the latest of the mails meanwhile", "no tick late", f"{usual['late']['most']:.0f} ms",
            usual["late"]["most"] <= 2 * _TICK * 1000,
        ),
    ]  # fmt: skip
    figures = {"hooks": f"{found[_MOST]['hooks']:,.0f}"}
    return Answer(text, {}, targets, figures)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
