"""Orders of the past, and the traces that campaigns leave when they are played."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from paldies import configuration
from paldies.orders.shops.reading import Reading
from paldies.settings import Settings
from paldies.simulation.sources import record_file
from paldies.simulation.tape import Tape
from paldies.templates.bundled import bundled_templates

FIRST = datetime(2026, 2, 2, 6, tzinfo=UTC)  # a Monday, eight in the morning in Riga
AFTER_ALL = datetime(2030, 1, 1, tzinfo=UTC)
LANGUAGES = ("lv", "ru", "en")
_TOML = """
[paldies]
time_zone = "Europe/Riga"
country = "LV"
public_url = "https://care.berzs.example"
templates = "{templates}"

[shop]
name = "Bērzs & Co"
email = "hello@berzs.example"

[email]
rate = "1000/s"

[twilio]
account_sid = "AC00000000000000000000000000000000"
auth_token = "secret"
from = "+37120000000"
calls_per_second = 100
sms_per_second = 1000
"""


def settings_in(folder: Path, templates: Path | None = None) -> Settings:
    toml = folder / configuration.FILE
    toml.write_text(_TOML.format(templates=templates or bundled_templates()), encoding="utf-8")
    return configuration.load(toml, environment={})


def first_day(folder: Path) -> Path:
    """The shipped letters and calls of the first day, without the other campaigns: quicker to read."""
    others = shutil.ignore_patterns("answers", "getting_started", "heard", "listening")
    shutil.copytree(bundled_templates(), folder, ignore=others)
    return folder


def write_orders(file: Path, count: int, *, days: int, seed: int = 1) -> Path:
    """What a shop exports: one row an order, with the times of all that has happened to it."""
    dice = Random(seed)
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            lines.write(json.dumps(_order(dice, number, days=days, people=count)) + "\n")
    return file


def _order(dice: Random, number: int, *, days: int, people: int) -> dict[str, Any]:
    at = FIRST + dice.random() * timedelta(days=days)
    person = dice.randrange(people)
    row: dict[str, Any] = {
        "id": f"A{number}", "status": "delivered", "total": "59.90", "currency": "EUR", "country": "LV",
        "customer_id": f"c{person}", "email": f"buyer{person}@example.com", "first_name": "Alice",
        "phone": f"+371 2{person:07d}", "locale": LANGUAGES[person % 3], "placed_at": at.isoformat(),
        "paid_at": (at + timedelta(minutes=dice.choice((1, 4, 300)))).isoformat(),
        "delivered_at": (at + timedelta(days=2, hours=dice.random() * 60)).isoformat(),
        "todo": dice.choice(("", "", "confirm your delivery address")),
        "accepts_call": dice.random() < 0.6, "accepts_sms": dice.random() < 0.6,
    }  # fmt: skip
    if dice.random() < 0.1:
        row |= {"status": "cancelled", "cancelled_at": (at + timedelta(hours=dice.random() * 40)).isoformat()}
    return row


def tape_of(file: Path, into: Path) -> Tape:
    tape = Tape(into)
    record_file(
        tape, file, Reading.of("store", time_zone="Europe/Riga"), until=AFTER_ALL, on_rejected=_surprised
    )
    tape.rewind()
    return tape


def _surprised(row: object) -> None:
    raise AssertionError(f"{row} was to be understood")


def trace(database: Path) -> dict[str, tuple[Any, ...]]:
    """Every message and every passage by its key: what became of it, when and why."""
    with closing(sqlite3.connect(database)) as played:
        messages = played.execute("SELECT key, channel, status, reason, claimed_at, ended_at FROM messages")
        found = {row[0]: row[1:] for row in messages}
        found |= {row[0]: row[1:] for row in played.execute("SELECT key, state, reason FROM enrolments")}
        return found
