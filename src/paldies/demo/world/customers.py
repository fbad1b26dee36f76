"""The customers, who read their letters and answer on the pages that these link to."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import requests

from paldies.clock import Clock
from paldies.demo.story.answers import Answer, Page
from paldies.demo.story.cast import Person
from paldies.demo.world.mail_server import Mail, MailServer

_PATIENCE = 10  # seconds of real time


@dataclass(frozen=True, slots=True)
class _Intention:
    at: datetime
    address: str  # of the page
    form: Mapping[str, str]


class Customers:
    """Everything they do goes over HTTP, to the address that stands in the letter."""

    def __init__(self, people: Iterable[Person], server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._to_answer = {person.email: list(person.answers) for person in people if person.answers}
        self._intentions: list[_Intention] = []
        self._read = 0  # letters

    async def act(self) -> datetime | None:
        """Does what is due; says what is due next, as far as the letters that have come make it known."""
        self._read_letters()
        now = self._clock.now()
        for intention in sorted((one for one in self._intentions if one.at <= now), key=_moment):
            self._intentions.remove(intention)
            await asyncio.to_thread(_fill_in, intention)
        return min((one.at for one in self._intentions), default=None)

    def _read_letters(self) -> None:
        new, self._read = self._server.mails[self._read :], len(self._server.mails)
        for mail in new:
            answers = self._to_answer.get(mail.recipient, [])
            for answer in answers[:]:
                if address := _page_in(mail, answer.page):
                    answers.remove(answer)
                    self._intentions.append(_intended(mail, answer, address))


def _intended(mail: Mail, answer: Answer, address: str) -> _Intention:
    return _Intention(mail.arrived_at + answer.after, address, answer.form)


def _page_in(mail: Mail, page: Page) -> str:
    found = re.search(rf"http://127\.0\.0\.1:\d+/{page}/[\w-]+", mail.body("plain"))
    return found[0] if found else ""


def _moment(intention: _Intention) -> datetime:
    return intention.at


def _fill_in(intention: _Intention) -> None:
    answer = requests.post(intention.address, data=intention.form, timeout=_PATIENCE)
    answer.raise_for_status()
