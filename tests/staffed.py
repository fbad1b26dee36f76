"""A shop at nine in the morning: people to ring, letters to approve, a complaint, something held."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.campaigns.reading import parse
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind, TaskKind
from paldies.channels import TRAITS
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, publish
from paldies.replies.cases import open_case
from paldies.replies.duty import Promise
from paldies.replies.tasks import open_task
from paldies.store.schema import attempts, messages, order_lines
from paldies.templates.bundled import bundled_templates
from paldies.templates.memory import save_texts
from paldies.web.app import make_pages
from paldies.web.reception import Reception
from paldies.web.serving import serving
from paldies.web.staff import sessions
from paldies.web.staff.office import Office
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

NINE = datetime(2026, 11, 18, 7, 5, tzinfo=UTC)  # a Wednesday, five past nine in Riga
TOML = """
[paldies]
mode = "live"
time_zone = "Europe/Riga"
locale = "en"
[shop]
name = "Bērzs & Co"
email = "hello@berzs.example"
phone = "+371 20000000"
[email]
url = "smtp://127.0.0.1:9"
from = "Anna <anna@berzs.example>"
[web]
port = 0
[[staff.members]]
name = "anna"
email = "anna@berzs.example"
role = "admin"
[[staff.members]]
name = "jānis"
"""
FIRST_DAY = """
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_reminder"
after = "1h"
within = "24h"
channels = ["call", "task", "email"]
purpose = "service"
when = "order.todo"

[[steps]]
name = "3_thank_you"
after = "20h"
within = "26h"
channels = ["email"]
purpose = "service"
approve = true
sender = "anna"
"""
TODO = "Choose the parcel locker that suits you"
PEOPLE = (  # name, zone, number, country, todo
    ("Alice Ozola", RIGA, "+37120000001", "LV", TODO),
    ("Boris Petrov", VLADIVOSTOK, "+79510000002", "RU", TODO),
    ("Carla Jones", NEW_YORK, "+12125550103", "US", TODO),
    ("Dace Kalniņa", RIGA, "+37120000004", "LV", TODO),
    ("Edgars Liepa", RIGA, "", "LV", ""),
    ("Fatima Zahra", RIGA, "+37120000006", "LV", ""),
)


def furnish(folder: Path) -> Path:
    """A folder with paldies.toml and one campaign; the name of the file."""
    texts = folder / "message_templates"
    shipped = bundled_templates()
    for file in [*shipped.iterdir(), *shipped.glob("first_day/*"), *shipped.glob("answers/*")]:
        if file.is_file() and not {".ru", ".lv"} & set(file.suffixes):
            copied = texts / file.relative_to(shipped)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(file.read_bytes())
    (texts / "first_day/campaign.toml").write_text(FIRST_DAY)
    (folder / "paldies.toml").write_text(TOML)
    return folder / "paldies.toml"


def fill(session: Session, app: App, now: datetime) -> None:
    """Six orders of yesterday: what was due is sent, asked of staff, or waits for approval."""
    campaign = parse(FIRST_DAY, file="first_day", name="first_day", channels=TRAITS)
    publish(session, Draft(campaign, FIRST_DAY), now - timedelta(days=30))
    answers = (app.templates / "answers/campaign.toml").read_text()
    campaign = parse(answers, file="answers", name="answers", channels=TRAITS)
    publish(session, Draft(campaign, answers), now - timedelta(days=30))
    yesterday = now - timedelta(hours=20, minutes=20)
    for number, (name, zone, phone, country, todo) in enumerate(PEOPLE, start=1001):
        first, _, last = name.partition(" ")
        customer = add_customer(session, first, last_name=last, phone=phone, created_at=yesterday)
        order = add_order(
            session, customer, EventKind.PLACED, EventKind.CONFIRMED, at=yesterday, zones=[zone],
            phone=phone, last_name=last, country=country, todo=todo, status="paid",
            external_id=str(number), number=f"#{number}",
        )  # fmt: skip
        line = {"order_id": order, "position": 1, "sku": "TT", "name": "Linen tea towel, grey"}
        session.execute(insert(order_lines).values(**line, quantity=4, price=960))
        plan_new_events(session, app.plans, RIGA, now=yesterday)  # so that Alice's messages are 1, 2, 3
    rows = session.execute(select(messages).order_by(messages.c.id)).mappings().all()
    for row in rows:
        match row["step"]:
            case "1_right_choice":
                _sent(session, row, yesterday + timedelta(minutes=20))
            case "2_reminder":
                _asked(session, row, now)
            case "3_thank_you":
                held = {
                    "status": "held",
                    "reason": Reason.APPROVAL.value,
                    "send_at": now + timedelta(hours=3),
                }
                _set(session, row, **held, expires_at=now + timedelta(hours=6))


def add_complaint(session: Session, now: datetime, customer: int = 4, order: int | None = 4) -> int:
    """Of Dace, whose towels were torn."""
    text = "Two of the towels have a hole. I wanted to give them to my mother on Sunday, and now I cannot."
    promise = Promise("Anna", now + timedelta(hours=2))
    return open_case(
        session, customer, order_id=order, text=text, now=now - timedelta(hours=1), promise=promise
    )


def _set(session: Session, row: Mapping[str, Any], **values: Any) -> None:
    session.execute(update(messages).where(messages.c.id == row["id"]).values(values))


def _sent(session: Session, row: Mapping[str, Any], at: datetime, address: str = "") -> None:
    claim = f"claim-{row['id']}"
    went = {"claim_id": claim, "claimed_at": at, "sent_at": at, "ended_at": at, "reason": ""}
    _set(session, row, status="sent", **went)
    tried = {"message_id": row["id"], "claim_id": claim, "address": address or "them@example.com"}
    said = {"started_at": at, "ended_at": at, "outcome": "sent", "note": "", "locale": "en", "cost": 0}
    kept = b'["Thank you for your order", "Good day, your order is with us.\\n"]'
    session.execute(insert(attempts).values(**tried, **said, text_version="1", content=kept))


def _asked(session: Session, row: Mapping[str, Any], now: datetime) -> None:
    """The machine was not allowed to call; staff were asked. Without anything to do, there was no need."""
    order = session.execute(
        select(messages.c.customer_id, messages.c.enrolment_id).where(messages.c.id == row["id"])
    ).one()
    number = row["customer_id"]
    if not PEOPLE[number - 1][4]:
        reason = Reason.NOT_WANTED.value
        _set(session, row, status="skipped", reason=reason, ended_at=now - timedelta(hours=19))
        return
    _set(session, row, status="skipped", reason=Reason.NO_CONSENT.value, ended_at=now - timedelta(hours=15))
    leg = {name: row[name] for name in ("enrolment_id", "customer_id", "campaign", "step", "purpose")}
    key = row["key"].removesuffix("/1") + "/2"
    same = {name: row[name] for name in row if name not in ("id", *leg, "key", "leg", "channel")}
    made = insert(messages).values(**same, **leg, key=key, leg=2, channel="task").returning(messages)
    task_row = session.execute(made).mappings().one()
    _sent(session, task_row, now - timedelta(hours=15), PEOPLE[number - 1][2])
    _set(session, task_row, look_at=now + timedelta(hours=2), expires_at=now + timedelta(hours=9))
    task = open_task(
        session,
        kind=TaskKind.STEP,
        message_id=task_row["id"],
        customer_id=order.customer_id,
        order_id=number,
        script=f"“Good day, I am ringing from Bērzs & Co. There is one thing that only you can do: {TODO}.”",
        due_at=now + timedelta(minutes=25 + 40 * number),
        now=now - timedelta(hours=15),
    )
    _set(session, task_row, receipt=f"task {task}")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Colleague:
    """Somebody with a browser that keeps its cookies, and posts what its forms hold."""

    at: str
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""

    async def sign_in(self, token: str) -> "Colleague":
        answer = await self.post(f"/desk/sign-in/{token}")
        assert answer.status == 303, answer.text
        await self.get("/desk/")
        return self

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        answer = await asyncio.to_thread(self._ask, method, path, None, headers)
        _, _, rest = answer.text.partition('name="form_token" value="')
        self.form_token = rest.partition('"')[0] or self.form_token
        return answer

    async def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        body = urlencode({"form_token": self.form_token, **(form or {})}, doseq=True)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await asyncio.to_thread(self._ask, "POST", path, body, kind | headers)

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        connection = HTTPConnection(urlsplit(self.at).netloc, timeout=15)
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent | ({"Cookie": cookie} if cookie else {}))
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0].strip('"')
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, said, answer.read().decode())
        finally:
            connection.close()


@dataclass(frozen=True)
class StaffedShop:
    """The shop, and its desk on a port of this machine."""

    app: App
    daemon: Daemon
    clock: SteppedClock
    at: str
    folder: Path

    def link(self, staff: str = "anna") -> str:
        """The token of a link that signs this person in."""
        return self.app.database.now(sessions.make_link, staff, now=self.clock.now())

    async def colleague(self, staff: str = "anna") -> Colleague:
        return await Colleague(self.at).sign_in(self.link(staff))

    def rows(self, table: Any) -> list[Any]:
        return self.app.database.look(lambda session: list(session.execute(select(table)).mappings()))


def prepare(folder: Path, *, migrated: Path, at: datetime = NINE) -> Path:
    """A folder to be copied, with everything that there is to do in its database: a second's work."""
    shutil.copy(migrated, folder / "paldies.db")
    app = build(load(furnish(folder), {}), clock=SteppedClock(at))
    app.database.now(fill, app, at)
    app.database.now(add_complaint, at)
    app.library.refresh()
    app.database.now(save_texts, app.memory.unsaved(), now=at)
    app.close()
    return folder


@asynccontextmanager
async def staffed(
    folder: Path, prepared: Path, *, toml: str = TOML, at: datetime = NINE
) -> AsyncIterator[StaffedShop]:
    """A copy of what was prepared, open for work."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    (folder / "paldies.toml").write_text(toml)
    settings = load(folder / "paldies.toml", {})
    app = build(settings, clock=(clock := SteppedClock(at)))
    app.library.refresh()
    reception = Reception.of(app, settings)
    async with serving(make_pages(reception, Office.of(app, settings, reception)), 0) as place:
        yield StaffedShop(app, Daemon(app), clock, place.rstrip("/"), folder)
    reception.close()
    app.close()
