"""A folder in which paldies works beside the odd shop, a mail server and a telephone company."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN
from paldies.templates.bundled import bundled_templates
from tests.crash.house_time import HouseTime
from tests.crash.odd_shop import QUERY, OddShop

PROMPT = 15.0  # seconds within which whatever is waited for must have come
CONNECTIONS = 4  # to the mail server
DEAR = 5000  # cents; from here on an order's campaign goes by telephone

_SETTINGS = f"""
[paldies]
mode = "live"
time_zone = "Europe/Riga"
locale = "en"
public_url = "https://care.berzs.example"
stop_timeout = "2s"
[shop]
name = "Bērzs"
email = "hello@berzs.example"
phone = "+371 20000000"
[[shops]]
name = "tirgus"
kind = "sql"
url = "sqlite:///tirgus.db"
query = '''{QUERY}'''
since = "epoch_ms"
poll = "1s"
currency = "EUR"
minor_units = true
[shops.status]
"jauns" = "pending"
"apmaksāts" = "paid"
"atcelts" = "cancelled"
"atmaksāts" = "refunded"
[email]
from = "Anna <anna@berzs.example>"
connections = {CONNECTIONS}
rate = "1000/s"
[twilio]
account_sid = "{ACCOUNT}"
from = "{NUMBER}"
calls_per_second = 100
sms_per_second = 100
[web]
port = 0
"""
_HEAD = """
title = "{title}"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]
who = "{who}"
"""
_STEP = """
[[steps]]
name = "{name}"
after = "{after}"
channels = {channels}
purpose = "{purpose}"
expires = "90m"
window = {{ days = "daily", hours = "9:00-20:00" }}
"""


@dataclass(frozen=True)
class Step:
    """Its legs are in order of preference; a real shop's steps, only sooner."""

    name: str
    after: str
    channels: tuple[str, ...]
    purpose: str = "service"


CAMPAIGNS = {
    "letters": (Step("1_thanks", "15s", ("email",)), Step("2_more", "30s", ("email",), "promotional")),
    "telephone": (
        Step("1_short", "15s", ("sms", "task")),
        Step("2_reminder", "30s", ("call", "email")),
    ),
}


def campaign_of(cents: int) -> str:
    return "telephone" if cents >= DEAR else "letters"


def mark(order_number: str, step: str) -> str:
    """What every text says of itself, so that the receiving side can tell what it got."""
    return f"mark {order_number} {step} end"


@dataclass(frozen=True)
class House:
    """A folder with paldies.toml, texts, the shop's database and ours, and the daemon's log."""

    folder: Path

    @classmethod
    def built(cls, folder: Path) -> "House":
        """The shop cannot be read yet."""
        templates = folder / "message_templates"
        templates.mkdir(parents=True)
        for shipped in bundled_templates().iterdir():
            if shipped.is_file():
                shutil.copy(shipped, templates)
        for name, steps in CAMPAIGNS.items():
            who = f"order.total {'>=' if name == 'telephone' else '<'} {DEAR // 100}"
            room = templates / name
            room.mkdir()
            (room / "campaign.toml").write_text(
                _HEAD.format(title=name, who=who)
                + "".join(
                    _STEP.format(
                        name=step.name,
                        after=step.after,
                        channels=json.dumps(step.channels),
                        purpose=step.purpose,
                    )
                    for step in steps
                )
            )
            for step in steps:
                _write_texts(room, step)
        (folder / "paldies.toml").write_text(_SETTINGS)
        HouseTime.begun(folder / "clock")
        return cls(folder)

    @property
    def time(self) -> HouseTime:
        return HouseTime(self.folder / "clock")

    @property
    def shop(self) -> OddShop:
        return OddShop(self.folder / "tirgus.db")

    @property
    def config(self) -> Path:
        return self.folder / "paldies.toml"

    @property
    def database(self) -> Path:
        return self.folder / "paldies.db"

    @property
    def durable(self) -> Path:
        """The database as it would be after a power cut."""
        return self.folder / "durable"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def accepted(self, server: str) -> Path:
        """What a server ("mail", "telephone") has accepted, a line of JSON each."""
        return self.folder / f"{server}.accepted.jsonl"

    def environment(
        self, *, smtp: str = "", twilio: str = "", fault: str = "", zone: str = ""
    ) -> dict[str, str]:
        """For a process that works here: nothing of ours from outside."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}
        ours = {
            "PALDIES_EMAIL_URL": smtp or "smtp://127.0.0.1:9",
            "PALDIES_TWILIO_BASE_URL": twilio or "http://127.0.0.1:9",
            "PALDIES_TWILIO_AUTH_TOKEN": TOKEN,
            "PALDIES_FAULT": fault,
        }
        return {**outside, **ours, **({"TZ": zone} if zone else {})}

    def told(self, event: str) -> list[dict[str, Any]]:
        """The daemon's log lines about this event."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in told if line["event"] == event]

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Read-only, so that it tidies nothing up in the daemon's absence."""
        uri = f"file:{self.database}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=PROMPT)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()


def read_accepted(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def eventually(question: Callable[[], Any], *, within: float = PROMPT) -> Any:
    """Its first answer that is true; AssertionError if there is none in so many seconds."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, f"it did not come about within {within:g} s"
        time.sleep(0.02)
    return answer


def _write_texts(room: Path, step: Step) -> None:
    words = mark("{{ order.number }}", step.name)
    for channel in step.channels:
        front = "" if channel in ("sms", "call") else f"---\nsubject: {step.name}\n---\n"
        suffix = "md" if channel == "email" else "txt"
        (room / f"{step.name}.{channel}.{suffix}").write_text(f"{front}Hello: {words}\n")


def steps_of(campaign: str) -> Sequence[Step]:
    return CAMPAIGNS[campaign]
