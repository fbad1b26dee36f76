"""A made-up year of a shop's orders through five steps each, as `paldies simulate` plays it.

Usage: python -m tests.benchmarks.simulate [ORDERS [DAYS]]; 100,000 orders of 365 days if nothing is said.
"""

import json
import resource
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import uvloop

from paldies import logs
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.figures import opened
from paldies.simulation.house import Stage
from paldies.simulation.run import play
from paldies.simulation.span import Span
from paldies.templates.bundled import bundled_templates
from tests.played import FIRST, settings_in, tape_of

STEPS = {"1_at_once": "20m", "2_next_day": "16h", "3_soon": "3d", "4_later": "7d", "5_last": "14d"}
CAMPAIGN = 'title = "Five"\ntrigger = "order.confirmed"\nstop_on = ["order.cancelled", "order.refunded"]\n'


def main(orders: int, days: int) -> None:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        settings = settings_in(folder, _templates(folder / "texts"))
        file = _write_orders(folder / "orders.jsonl", orders, days)
        (folder / "played").mkdir()
        began = time.perf_counter()
        tape = tape_of(file, folder / "tape.db")
        recorded = time.perf_counter()
        stage = Stage(settings.paldies.templates, Behaviour())
        span = Span(FIRST, FIRST + timedelta(days=days))
        played = uvloop.run(play(settings, stage, tape, span=span, folder=folder / "played"))
        done = time.perf_counter()
        with opened(played.database) as database:
            (messages,) = database.execute("SELECT count(*) FROM messages").fetchone()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    peak = (own.ru_maxrss + children.ru_maxrss) / 1024  # there is one child, at most
    print(f"{orders:,} orders of {days} days, {len(STEPS)} steps each")
    print(f"  recorded in {recorded - began:.1f} s, played in {done - recorded:.1f} s, {peak:.0f} MB at most")
    print(f"  {messages:,} messages: {messages / (done - recorded):.0f}/s")
    print(f"  processor time {time.process_time() + children.ru_utime + children.ru_stime:.1f} s")


def _templates(folder: Path) -> Path:
    shutil.copytree(
        bundled_templates(),
        folder,
        ignore=shutil.ignore_patterns("first_day", "getting_started", "listening"),
    )
    campaign = folder / "five"
    campaign.mkdir()
    plan = [
        f'[[steps]]\nname = "{name}"\nafter = "{after}"\nchannels = ["email"]\npurpose = "service"\n'
        for name, after in STEPS.items()
    ]
    (campaign / "campaign.toml").write_text("\n".join([CAMPAIGN, *plan]), encoding="utf-8")
    for name in STEPS:
        text = '---\nsubject: "Order {{ order.number }}"\n---\n\nThank you, {{ customer.first_name }}.\n'
        (campaign / f"{name}.email.md").write_text(text, encoding="utf-8")
    return folder


def _write_orders(file: Path, count: int, days: int) -> Path:
    dice = Random(1)
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            at = FIRST + dice.random() * timedelta(days=days)
            row = {
                "id": f"A{number}", "status": "paid", "total": "59.90", "currency": "EUR", "country": "LV",
                "email": f"buyer{number}@example.com", "first_name": "Alice", "locale": "lv",
                "placed_at": at.isoformat(), "paid_at": at.isoformat(),
            }  # fmt: skip
            lines.write(json.dumps(row) + "\n")
    return file


if __name__ == "__main__":
    logs.configure(level=40)
    told = [int(word) for word in sys.argv[1:]]
    main(*(told + [100_000, 365][len(told) :]))
