"""The pretend telephone company in a process of its own, moody; it logs every call and text that it takes."""

import asyncio
import json
import logging
import random
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Timer
from typing import Any

import requests

from paldies.demo.telephone.callbacks import Callbacks
from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import Company, Fault
from paldies.demo.telephone.forms import Form
from paldies.demo.telephone.lines import (
    Arrives,
    Busy,
    CallLine,
    Machine,
    Person,
    Refused,
    TextLine,
    Unanswered,
    Unconnected,
    Undelivered,
    Untold,
)
from paldies.demo.telephone.refusals import Refusal
from paldies.demo.telephone.serving import answering
from paldies.demo.telephone.texts import PretendText
from tests.crash.house_time import HouseTime

# placed and the answer lost, silence, 500 after having placed, 429, 401; and 500 without having placed
TROUBLES = (*Fault, Fault.LOST, Fault.BROKEN, "broken before")
_CALL_LINES: tuple[CallLine, ...] = (
    Busy(), Unanswered(), Machine(), Unconnected(13224), Refused(21211), Refused(21610),
)  # fmt: skip
_TEXT_LINES: tuple[TextLine, ...] = (
    Undelivered(30003), Undelivered(30005), Undelivered(30008, is_failed=True), Untold(), Refused(21610),
    Refused(21614),
)  # fmt: skip
_WELL = 0.6  # the share of numbers that simply work
_LATENESS = (0.0, 0.0, 0.0, 0.1, 0.5, 3.0)  # seconds after which there is news, also after what came later

_LOOK_EVERY = 0.1  # seconds


def serve(control: Connection, accepted: Path, seed: int, clock: HouseTime) -> None:
    """Sends its address through `control`, and hears there how troubled it is to be."""
    logging.disable()  # whoever hangs up on it has just been killed
    asyncio.run(_serve(control, accepted, seed, clock))


async def _serve(control: Connection, accepted: Path, seed: int, clock: HouseTime) -> None:
    over = asyncio.Event()
    company = _MoodyCompany(accepted, seed, clock)
    callbacks = _LateCallbacks(company, seed)

    def hear() -> None:
        try:
            word = control.recv()
        except EOFError:
            word = None
        if word is None:
            over.set()
        elif word == "count":
            control.send(company.troubles + callbacks.troubles)
        else:
            company.trouble = word

    async with answering(company) as address:
        asyncio.get_running_loop().add_reader(control.fileno(), hear)
        control.send(address)
        while not over.is_set():
            await callbacks.act()
            await asyncio.sleep(_LOOK_EVERY)


class _LateCallbacks(Callbacks):
    """News comes late, twice, and after later news; whoever is dead meanwhile has missed it."""

    def __init__(self, company: Company, seed: int) -> None:
        super().__init__(company)
        self.troubles = 0
        self._dice = random.Random(f"{seed} callbacks")

    def _post(self, news: Any) -> None:
        times = self._dice.choice((1, 1, 2))
        for _ in range(times):
            lateness = self._dice.choice(_LATENESS)
            self.troubles += times > 1 or lateness > 0
            timer = Timer(lateness, self._post_now, [news])
            timer.daemon = True
            timer.start()

    def _post_now(self, news: Any) -> None:
        with suppress(requests.RequestException):
            super()._post(news)


class _MoodyCompany(Company):
    def __init__(self, accepted: Path, seed: int, clock: HouseTime) -> None:
        self.trouble = 0.0
        self.troubles = 0
        self._dice = random.Random(seed)
        self._log = accepted.open("a", buffering=1)
        self._fault: str | None = None
        super().__init__(clock)

    @property
    def faults(self) -> "_MoodyCompany":  # type: ignore[override]
        """Asked before each placement whether there is a fault, and for it."""
        return self

    @faults.setter
    def faults(self, _: Any) -> None:
        """There is no list of them: the dice say."""

    def __bool__(self) -> bool:
        self._fault = None
        if self._dice.random() < self.trouble:
            self.troubles += 1
            self._fault = self._dice.choice(TROUBLES)
        return self._fault in list(Fault)

    def popleft(self) -> Fault:
        assert isinstance(self._fault, Fault)
        return self._fault

    @property
    def is_out_of_order(self) -> bool:  # type: ignore[override]
        """Looking things up fails now and then."""
        is_out = self._dice.random() < self.trouble / 3
        self.troubles += is_out
        return is_out

    @is_out_of_order.setter
    def is_out_of_order(self, _: bool) -> None:
        """The dice say."""

    def place_call(self, form: Form) -> PretendCall:
        self._stumble()
        if self._dice.random() > _WELL:
            self.expect_calls(form["To"], self._dice.choice(_CALL_LINES), Person())
        call = super().place_call(form)
        self._keep("call", call.sid, form["To"], form.get("Twiml", ""))
        return call

    def place_text(self, form: Form) -> PretendText:
        self._stumble()
        if self._dice.random() > _WELL:
            self.expect_texts(form["To"], self._dice.choice(_TEXT_LINES), Arrives())
        text = super().place_text(form)
        self._keep("sms", text.sid, form["To"], form["Body"])
        return text

    def _stumble(self) -> None:
        if self._fault == "broken before":
            raise Refusal(20500)

    def _keep(self, channel: str, sid: str, to: str, text: str) -> None:
        said = {"at": time.monotonic(), "channel": channel, "id": sid, "to": to, "text": text}
        self._log.write(json.dumps(said) + "\n")
