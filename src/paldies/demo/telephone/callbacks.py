"""What the company tells those who asked for it: how a call goes, and whether a text has arrived."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import requests
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import Company
from paldies.demo.telephone.forms import Form
from paldies.demo.telephone.texts import PretendText

_PATIENCE = 5  # seconds of real time; nobody is told twice


@dataclass(frozen=True, slots=True)
class _News:
    sid: str
    name: str
    at: datetime
    url: str
    form: Form


class Callbacks:
    """Signed as by Twilio (https://www.twilio.com/docs/usage/security); who drives the clock calls `act`."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._signer = RequestValidator(company.token)
        self._told: set[tuple[str, str]] = set()

    def next_at(self) -> datetime | None:
        """When there is something to tell, as far as it is known now."""
        return min((news.at for news in self._untold()), default=None)

    async def act(self) -> None:
        """Tells everything that has happened by now, in its order; whoever does not listen has missed it."""
        now = self._company.clock.now()
        for news in sorted(self._untold(), key=lambda news: news.at):
            if news.at <= now:
                self._told.add((news.sid, news.name))
                with suppress(requests.RequestException):
                    await asyncio.to_thread(self._post, news)

    def _untold(self) -> Iterator[_News]:
        for call in self._company.calls:
            yield from (news for news in self._of_call(call) if (news.sid, news.name) not in self._told)
        for text in self._company.messages:
            yield from (news for news in self._of_text(text) if (news.sid, news.name) not in self._told)

    def _of_call(self, call: PretendCall) -> Iterator[_News]:
        moments = {
            "initiated": call.dialled_at,
            "ringing": call.dialled_at,
            "answered": call.answered_at,
            "completed": call.over_at,
        }
        wanted = call.form.get("StatusCallbackEvent", "completed").split()
        who = {
            "AccountSid": self._company.account,
            "CallSid": call.sid,
            "To": call.to,
            "From": call.form["From"],
        }
        if url := call.form.get("StatusCallback"):
            for number, (name, at) in enumerate(moments.items()):
                if at and name in wanted and at <= call.over_at:
                    state = {"CallStatus": _status(call, name), "SequenceNumber": str(number)}
                    yield _News(call.sid, name, at, url, who | state)

    def _of_text(self, text: PretendText) -> Iterator[_News]:
        url = text.form.get("StatusCallback")
        if not url:
            return
        who = {"AccountSid": self._company.account, "MessageSid": text.sid, "To": text.to}
        for at in filter(None, (text.sent_at, text.settled_at)):
            status = text.status(at)
            code = {"ErrorCode": str(text.code(at))} if text.code(at) else {}
            yield _News(text.sid, status, at, url, who | code | {"MessageStatus": status})

    def _post(self, news: _News) -> None:
        signature = self._signer.compute_signature(news.url, news.form)
        requests.post(news.url, data=news.form, headers={SIGNATURE_HEADER: signature}, timeout=_PATIENCE)


def _status(call: PretendCall, event: str) -> str:
    """The event's own word, but for the last two."""
    match event:
        case "answered":
            return "in-progress"
        case "completed":
            return call.status(call.over_at)
    return event
