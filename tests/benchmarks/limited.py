"""A receiver that takes only so many mails a second, and refuses what is beyond."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.answers import Answer, Found, table
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.sizes import Size
from tests.benchmarks.stocked_house import furnish, stock_and_leave
from tests.many_machines import machines

TITLE = "A receiver with a limit"
_LIMIT = 100  # mails a second
_TEXT = """
The receiver takes {limit} mails in each second of the clock and refuses what is beyond, at MAIL: with 451, or
with 421 and the end of the connection. `paldies run` has more than enough to send for {seconds} s, on SQLite.
A refusal rests the channel for five seconds and more, and costs no message an attempt: nothing is lost, but
it is slow. What gathers in the bucket of tokens during such a rest may leave at once and counts against the
receiver's second; the table shows which `rate` gets how much through.

{table}
"""


@dataclass(frozen=True, slots=True)
class _Case:
    """What `rate` in paldies.toml says, and what the receiver does with what is beyond its limit."""

    name: str
    rate: str
    hangs_up: bool = False


_CASES = (
    _Case('rate = "50/s", 451', "50/s"),
    _Case('rate = "95/s", 451', "95/s"),
    _Case('rate = "1000/s", 451', "1000/s"),
    _Case('rate = "1000/s", 421', "1000/s", hangs_up=True),
)


def ask(size: Size) -> Found:
    return measure(seconds=size.of(8, 15, 60))


def measure(*, seconds: int) -> Found:
    return {"seconds": seconds, "cases": {case.name: _measure(case, seconds) for case in _CASES}}


def _measure(case: _Case, seconds: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        with Receiver(most=_LIMIT, hangs_up=case.hangs_up) as receiver:
            furnish(folder, receiver.url, rate=case.rate)
            asyncio.run(stock_and_leave(folder, _LIMIT * (seconds + 2)))
            with machines(folder, f"sqlite:///{folder / 'paldies.db'}", receiver.url) as house:
                house.start("run")
                house.wait_until_running(1)
                receiver.heard_until(1, within=60)
                heard = receiver.heard_until(_LIMIT * (seconds + 2), within=seconds)
    first = heard.accepted[0]
    accepted = sum(at < first + seconds for at in heard.accepted) / seconds
    print(f"  {case.name}: {accepted:.0f}/s accepted, {heard.refused / seconds:.1f}/s refused", flush=True)
    return {"accepted": accepted, "refused": heard.refused / seconds}


def tell(found: Found) -> Answer:
    rows = [
        (f"`{name.replace(', ', '`, ')}", f"{case['accepted']:.0f}/s", f"{case['refused']:.1f}/s")
        for name, case in found["cases"].items()
    ]
    text = _TEXT.format(
        limit=_LIMIT, seconds=found["seconds"], table=table(("", "accepted", "refused"), rows)
    )
    cases = zip(_CASES, found["cases"].values(), strict=True)
    unlimited = next(case for each, case in cases if each.rate == "1000/s" and not each.hangs_up)
    return Answer(text, figures={"unlimited": f"{unlimited['accepted'] / _LIMIT:.0%}"})
