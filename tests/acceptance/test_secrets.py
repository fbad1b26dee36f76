"""Every secret that can be set is set, everything goes wrong, and nothing printed or written tells one."""

import asyncio
import base64
import json
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from paldies.configuration import ConfigurationError, load
from tests.loopback import Answer, Asked, Loopback
from tests.smtp_servers import ScriptedServer
from tests.until import until
from tests.whole_house import CAMPAIGN, ShopDatabase, furnish, paldies_toml, shop_toml

TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"
SECRETS = {
    "smtp": "tell/smtp@1",
    "twilio": "7e11ta1e" * 4,
    "woo key": "ck_tell_woo_key",
    "woo secret": "cs_tell_woo_secret",
    "shopify": "shpat_tell_shopify",
    "shopify app": "shpss_tell_client",
    "postgresql": "tell:postgresql",
    "mysql": "tell mysql",
    "database": "tell@database",
}
SHOP_DOWN = "a shop cannot be read; it will be tried again"


class Gossip(Loopback):
    """Lets nobody in, and repeats whatever it was told."""

    def answer(self, asked: Asked) -> Answer:
        told = " ".join((*asked.headers.values(), *asked.query.values(), *asked.form.values()))
        login = asked.headers.get("authorization", "").removeprefix("Basic ")
        told += " " + base64.b64decode(login).decode(errors="replace")
        return Answer({"code": 20003, "message": f"not for {told}", "errors": told}, 401, {"X-Told": told})


@dataclass
class House:
    folder: Path
    shop: ShopDatabase
    said: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def events(self, event: str) -> list[Mapping[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def has_been_in_the_shop(self) -> bool:
        if not (self.folder / "paldies.db").exists():
            return False
        with closing(sqlite3.connect(self.folder / "paldies.db")) as database:
            looked = "SELECT 1 FROM cursors WHERE shop = 'store' AND last_good_at IS NOT NULL"
            is_ready = "SELECT 1 FROM sqlite_master WHERE name = 'cursors'"
            return bool(database.execute(is_ready).fetchone() and database.execute(looked).fetchone())

    async def ask(self, *words: str, **environment: str) -> str:
        """What a command prints."""
        command = [sys.executable, "-m", "paldies", *words]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdout=PIPE, stderr=STDOUT, env=_environment(environment)
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        self.said.append(out.decode())
        return self.said[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "paldies",
                "run",
                cwd=self.folder,
                stdout=log,
                stderr=STDOUT,
                env=_environment({}),
            )
            try:
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 30)

    def everything(self) -> Iterator[tuple[str, str]]:
        """What was printed, and what lies about; but for the settings, the key, and the database."""
        yield from ((f"command {number}", said) for number, said in enumerate(self.said))
        kept = {"paldies.toml", "dkim.pem", "paldies.db", "paldies.db-wal", "paldies.db-shm"}
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name not in kept:
                yield file.name, file.read_bytes().decode("utf-8", "replace")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}
    return mine | {"COLUMNS": "5000"} | dict(more)


def built(folder: Path, *, smtp: str, gossip: str) -> House:
    quoted = {name: quote(secret, safe="") for name, secret in SECRETS.items()}
    url = smtp.replace("smtp://", f"smtp://shop:{quoted['smtp']}@")
    shop = furnish(folder, smtp=url, text=TEXT, campaign=CAMPAIGN.replace("20m", "0s"))
    (folder / "dkim.pem").write_bytes(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    (folder / "dkim.pem").chmod(0o600)
    shops = [
        shop_toml("store", more='poll = "1s"'),
        f'[[shops]]\nname = "woo"\nkind = "woocommerce"\nurl = "{gossip}"\n'
        f'key = "{SECRETS["woo key"]}"\nsecret = "{SECRETS["woo secret"]}"\n',
        f'[[shops]]\nname = "fy"\nkind = "shopify"\nurl = "{gossip}"\ntoken = "{SECRETS["shopify"]}"\n',
        f'[[shops]]\nname = "app"\nkind = "shopify"\nurl = "{gossip}"\nclient_id = "me"\n'
        f'client_secret = "{SECRETS["shopify app"]}"\n',
        shop_toml("pg").replace(
            "sqlite:///pg.db", f"postgresql://me:{quoted['postgresql']}@127.0.0.1:1/shop"
        ),
        shop_toml("my").replace("sqlite:///my.db", f"mysql://me:{quoted['mysql']}@127.0.0.1:1/shop"),
    ]
    twilio = (
        f'[twilio]\naccount_sid = "AC{"0" * 32}"\nauth_token = "{SECRETS["twilio"]}"\n'
        f'from = "+37120000000"\nbase_url = "{gossip}"\n'
    )
    settings = paldies_toml(url, *shops, main='public_url = "https://care.example.com"')
    dkim = 'dkim_selector = "paldies"\ndkim_key = "dkim.pem"\n[web]'
    (folder / "paldies.toml").write_text(settings.replace("[web]", dkim) + twilio)
    return House(folder, shop)


def tell_tales(house: House) -> set[str]:
    """Each secret, and in what else it may hide."""
    words = {*SECRETS.values(), *(quote(secret, safe="") for secret in SECRETS.values())}
    words |= {base64.b64encode(secret.encode()).decode() for secret in SECRETS.values()}
    words |= {
        base64.b64encode(pair.encode()).decode()
        for pair in (
            f"\0shop\0{SECRETS['smtp']}",
            f"{SECRETS['woo key']}:{SECRETS['woo secret']}",
            f"AC{'0' * 32}:{SECRETS['twilio']}",
        )
    }
    words |= {line for line in (house.folder / "dkim.pem").read_text().splitlines() if "PRIVATE" not in line}
    with closing(sqlite3.connect(house.folder / "paldies.db")) as database:
        (link,) = database.execute("SELECT secret FROM instance").fetchone()
    return words | {link, bytes.fromhex(link).hex(" "), base64.b64encode(bytes.fromhex(link)).decode()}


async def test_nothing_that_a_troubled_house_says_or_writes_holds_a_secret(tmp_path: Path) -> None:
    login = "AUTH PLAIN " + base64.b64encode(f"\0shop\0{SECRETS['smtp']}".encode()).decode()
    script = {"EHLO": "250-x\n250 AUTH PLAIN", "AUTH": f"535 5.7.8 refused: {login} ({SECRETS['smtp']})"}
    async with ScriptedServer(script) as server:
        with Gossip() as gossip:
            house = built(tmp_path, smtp=server.url, gossip=gossip.url)
            async with house.running():
                await until(house.has_been_in_the_shop, within=40, every=0.05)
                house.shop.order("1", at=datetime.now(UTC), first_name="Alise")
                await until(
                    lambda: house.events("channel rests") and len(house.events(SHOP_DOWN)) == 5,
                    within=40,
                    every=0.05,
                )
            why = await house.ask("messages", "why", "1", "--json")
            check = await house.ask("check")
    broken = f"postgresql://me:{quote(SECRETS['database'], safe='')}@127.0.0.1:1/paldies"
    await house.ask("run", PALDIES_DATABASE=broken)
    await house.ask("check", "--json", PALDIES_DATABASE=broken)

    assert "535" in house.log.read_text() and "try_again" in why and "401" in check
    told = [(where, word) for where, text in house.everything() for word in tell_tales(house) if word in text]
    assert not told


BAD = {
    "no such port": '[email]\nurl = "smtp://shop:telltale@mail.example.com:port"',
    "no such scheme": '[email]\nurl = "http://shop:telltale@mail.example.com"',
    "no mail server": '[email]\nurl = "smtp://shop:telltale@"',
    "no such database": '[paldies]\ndatabase = "mysql://me:telltale@localhost/x"',
    "no database at all": '[paldies]\ndatabase = "postgresql//me:telltale@localhost/x"',
    "half of Twilio": '[twilio]\nauth_token = "telltale"',
    "a token in a wrong place": '[twilio]\naccount_sid = "telltale"',
    "a list": '[twilio]\nauth_token = ["telltale"]',
    "a table": '[email]\nurl = { password = "telltale" }',
    "not TOML": '[twilio]\nauth_token = "telltale',
}


@pytest.mark.parametrize("name", BAD)
def test_settings_that_are_refused_are_not_repeated(tmp_path: Path, name: str) -> None:
    (tmp_path / "paldies.toml").write_text(BAD[name] + "\n")

    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path / "paldies.toml", {})

    assert "telltale" not in str(refused.value)


def test_settings_are_shown_without_secrets_and_know_them(tmp_path: Path) -> None:
    built(tmp_path, smtp="smtp://127.0.0.1:25", gossip="http://127.0.0.1:1")

    settings = load(tmp_path / "paldies.toml", {"PALDIES_DATABASE": "postgresql://me:tell%40database@h/x"})

    shown = f"{settings!r} {settings.shops!r} {settings}"
    assert not [secret for secret in SECRETS.values() if secret in shown or quote(secret, safe="") in shown]
    assert set(SECRETS.values()) <= settings.secrets
