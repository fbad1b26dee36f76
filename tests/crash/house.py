"""A folder in which paldies works beside the odd shop, a mail server and a telephone company."""

import json
import random
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN
from paldies.templates.bundled import bundled_templates
from tests import odd_shop
from tests.crash.campaigns import write_campaigns
from tests.crash.house_time import HouseTime
from tests.odd_shop import OddShop
from tests.postgres import Server
from tests.workplace import Workplace, outside

CONNECTIONS = 4  # to the mail server

_SETTINGS = f"""
[paldies]
mode = "live"
database = "{{database}}"
time_zone = "Europe/Riga"
locale = "en"
public_url = "{{public_url}}"
stop_timeout = "2s"
[shop]
name = "Bērzs"
email = "hello@berzs.example"
phone = "+371 20000000"
{odd_shop.SETTINGS}
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
port = {{port}}
"""
_OTHERS: LiteralString = " backend_type = 'client backend' AND pid != pg_backend_pid()"


@dataclass(frozen=True)
class House(Workplace):
    """`server`: where its database is, if that is no file; its pages answer at `port`."""

    port: int
    server: Server | None = None

    @classmethod
    def built(cls, folder: Path, server: Server | None = None) -> "House":
        """The shop cannot be read yet."""
        folder = folder.resolve()
        templates = folder / "message_templates"
        templates.mkdir(parents=True)
        for shipped in bundled_templates().iterdir():
            if shipped.is_file():
                shutil.copy(shipped, templates)
        write_campaigns(templates)
        house = cls(folder, _quiet_port(), server)
        settings = _SETTINGS.format(database=house.database_url, public_url=house.public_url, port=house.port)
        house.config.write_text(settings)
        HouseTime.begun(folder / "clock")
        return house

    @property
    def time(self) -> HouseTime:
        return HouseTime(self.folder / "clock")

    @property
    def shop(self) -> OddShop:
        return OddShop(self.folder / "tirgus.db")

    @property
    def database_url(self) -> str:
        return self.server.url if self.server else super().database_url

    @property
    def durable(self) -> Path:
        """The database as it would be after a power cut."""
        return self.folder / "durable"

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def accepted(self, server: str) -> list[dict[str, Any]]:
        """What a server ("mail", "telephone") has accepted."""
        path = self.ledger_of(server)
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def ledger_of(self, server: str) -> Path:
        """Where it says so, a line of JSON each."""
        return self.folder / f"{server}.accepted.jsonl"

    def environment(
        self, *, smtp: str = "", twilio: str = "", fault: str = "", zone: str = ""
    ) -> dict[str, str]:
        """For a process that works here."""
        ours = {
            "PALDIES_EMAIL_URL": smtp or "smtp://127.0.0.1:9",
            "PALDIES_TWILIO_BASE_URL": twilio or "http://127.0.0.1:9",
            "PALDIES_TWILIO_AUTH_TOKEN": TOKEN,
            "PALDIES_FAULT": fault,
        }
        return {**outside(), **ours, **({"TZ": zone} if zone else {})}

    def visitors(self) -> int:
        """How many connections others have to the server."""
        return self._ask_server("SELECT count(*) FROM pg_stat_activity WHERE" + _OTHERS)

    def cut_connections(self) -> int:
        """How many there were."""
        return self._ask_server(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE" + _OTHERS
        )

    def _ask_server(self, question: LiteralString) -> int:
        if self.server is None:
            return 0
        with psycopg.connect(self.server.url, autocommit=True) as ours:
            (answer,) = ours.execute(question).fetchone() or (0,)
        return int(answer)


def _quiet_port() -> int:
    """A free one that nobody gets by chance: below those that the kernel deals out."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
