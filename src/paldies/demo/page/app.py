"""What the page asks for: the news since its last look, one letter, the story of one order."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from paldies.campaigns.reasons import Reason
from paldies.clock import Clock
from paldies.demo.chronicle import Chronicle, Entry, Kind
from paldies.demo.house import STAFF
from paldies.demo.mail_server import Mail, MailServer
from paldies.demo.story import HOME

# Letters are shown in frames that inherit this: what they might name elsewhere is not fetched either.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "script.js": "text/javascript; charset=utf-8",
}


@dataclass(slots=True)
class Desk:
    """What lies before the visitor; all of it grows while they look."""

    chronicle: Chronicle
    server: MailServer
    clock: Clock
    ended_at: datetime | None = None  # when the month is over, its clock stands still

    def letters(self) -> list[tuple[Entry, Mail]]:
        """In the order in which they left."""
        kept = {mail.id: mail for mail in self.server.mails}
        left = [entry for entry in self.chronicle.entries if entry.kind is Kind.LETTER]
        return [(entry, kept[entry.mail_id]) for entry in left if entry.mail_id in kept]

    def silences(self) -> list[Entry]:
        return [entry for entry in self.chronicle.entries if entry.kind is Kind.SILENCE]

    def staff(self) -> list[Mail]:
        return [mail for mail in self.server.mails if mail.recipient == STAFF]


def make_page(desk: Desk) -> FastAPI:
    page = FastAPI(openapi_url=None)
    page.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @page.middleware("http")
    async def keep_to_this_machine(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @page.get("/")
    async def index() -> Response:
        return _asset("index.html")

    @page.get("/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        return _asset(name)

    @page.get("/news")
    async def news(letters: int = 0, silences: int = 0, staff: int = 0) -> dict[str, Any]:
        """What came after so many letters, silences and notes to staff."""
        tally = desk.chronicle.tally
        return {
            "clock": day_and_time(desk.ended_at or desk.clock.now()),
            "is_over": desk.ended_at is not None,
            "orders": tally.orders,
            "waiting": tally.waiting,
            "reasons": [
                {"word": word, "sentence": Reason[word.upper()].sentence, "count": count}
                for word, count in desk.chronicle.silences()
            ],
            "letters": [_letter(entry, mail) for entry, mail in desk.letters()[max(0, letters) :]],
            "silences": [_told(entry) for entry in desk.silences()[max(0, silences) :]],
            "staff": [_note(mail) for mail in desk.staff()[max(0, staff) :]],
        }

    @page.get("/letters/{number}")
    async def letter(number: int) -> dict[str, str]:
        """How one looks; they count from 0."""
        letters = desk.letters()
        if not 0 <= number < len(letters):
            raise HTTPException(404)
        return _look_of(letters[number][1])

    @page.get("/staff/{number}")
    async def note(number: int) -> dict[str, str]:
        notes = desk.staff()
        if not 0 <= number < len(notes):
            raise HTTPException(404)
        return _look_of(notes[number])

    @page.get("/orders/{number}")
    async def story(number: str) -> list[dict[str, Any]]:
        """Everything that happened around one order."""
        return [_told(entry) for entry in desk.chronicle.entries if entry.number == number]

    return page


def _asset(name: str) -> Response:
    return Response((files(__package__) / name).read_bytes(), media_type=_ASSETS[name])


def _letter(entry: Entry, mail: Mail) -> dict[str, str]:
    return {
        "at": day_and_time(entry.at),
        "who": entry.who,
        "to": mail.recipient,
        "subject": mail.subject,
        "locale": entry.locale,
        "why": f"{entry.campaign} / {entry.step}",
        "order": entry.number,
    }


def _note(mail: Mail) -> dict[str, str]:
    return {"at": day_and_time(mail.arrived_at), "to": mail.recipient, "subject": mail.subject}


def _told(entry: Entry) -> dict[str, str]:
    return {
        "at": day_and_time(entry.at),
        "kind": entry.kind,
        "what": entry.what,
        "who": entry.who,
        "city": entry.city,
        "order": entry.number,
        "amount": entry.amount,
        "why": f"{entry.campaign} / {entry.step}".removesuffix(" / "),
        "reason": entry.reason,
        "sentence": entry.sentence,
        "note": entry.note,
        "until": day_and_time(entry.until) if entry.until else "",
        "mail": entry.mail_id,
    }


def _look_of(mail: Mail) -> dict[str, str]:
    return {
        "from": str(mail.message["From"]),
        "html": mail.body("html"),
        "text": mail.body("plain"),
        "head": mail.head,
    }


def day_and_time(at: datetime) -> str:
    local = at.astimezone(HOME)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
