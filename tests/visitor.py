"""Somebody who opens our pages: a browser without cookies, a mail program, Twilio."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from paldies.campaigns.office_hours import OfficeHours
from paldies.clock import SteppedClock
from paldies.outbox.links import Links
from paldies.replies.duty import Colleague, Duty
from paldies.store.database import Database
from paldies.templates.values import ShopCard
from paldies.web.app import make_pages
from paldies.web.reception import Reception
from paldies.web.serving import serving
from tests.factories import NOON, RIGA

PUBLIC_URL = "https://paldies.berzs.example"
AUTH_TOKEN = "f" * 32
SHOP = ShopCard("Bērzs & Co", email="hello@berzs.example", phone="+371 20000000", url="https://berzs.example")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Visitor:
    """At one address; every visit is a connection of its own."""

    at: str
    language: str = ""

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """`headers` are written with underscores."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asyncio.to_thread(self._ask, method, path, None, said)

    async def post(
        self, path: str, form: Mapping[str, str] | bytes = b"", *, kind: str = FORM, **headers: str
    ) -> Answer:
        """`headers` are written with underscores."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        said = {name.replace("_", "-"): value for name, value in headers.items()} | {"Content-Type": kind}
        return await asyncio.to_thread(self._ask, "POST", path, body, said)

    async def post_as_twilio(self, path: str, form: Mapping[str, str], *, token: str = AUTH_TOKEN) -> Answer:
        signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{path}", form)
        return await self.post(path, form, X_Twilio_Signature=signature)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = HTTPConnection(urlsplit(self.at).netloc, timeout=15)
        try:
            language = {"Accept-Language": self.language} if self.language else {}
            connection.request(method, path, body, {**headers, **language})
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, said, answer.read().decode())
        finally:
            connection.close()


class Notebook:
    """What the people at the shop were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def tell(self, topic: str, sentence: str) -> None:
        self.told.append((topic, sentence))


def front_desk(
    database: Database, staff: Notebook, *, shop: ShopCard = SHOP, token: str = AUTH_TOKEN
) -> Reception:
    return Reception(
        mode="live",
        house=database,
        database=database,
        clock=SteppedClock(NOON),
        links=Links(PUBLIC_URL, b"a secret of this test"),
        shop=shop,
        staff=staff,
        locale="lv",
        duty=Duty(OfficeHours(RIGA, country="LV"), (Colleague("Anna", "anna@berzs.example"),)),
        auth_token=token,
    )


@asynccontextmanager
async def received(desk: Reception, *, language: str = "") -> AsyncIterator[Visitor]:
    async with serving(make_pages(desk), 0) as at:
        yield Visitor(at, language)
