"""The keys that people press during a call: the company asks our page what they mean, and plays it."""

import asyncio
from datetime import datetime

import requests
from twilio.request_validator import RequestValidator

from paldies.clock import Clock
from paldies.demo.telephone import twiml
from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import Company

_PATIENCE = 10  # seconds of real time


class KeyPresses:
    def __init__(self, company: Company, clock: Clock) -> None:
        self._company = company
        self._clock = clock
        self._pressed: set[str] = set()

    async def act(self) -> datetime | None:
        """Presses what is due, whose answer is heard from then on; says when the next key is pressed."""
        now = self._clock.now()
        to_come = []
        for call in self._waiting():
            if call.pressed_at and call.pressed_at <= now:
                self._pressed.add(call.sid)
                answer = await asyncio.to_thread(self._ask, call)
                call.play(twiml.read(answer), call.pressed_at)
            elif call.pressed_at:
                to_come.append(call.pressed_at)
        return min(to_come, default=None)

    def _waiting(self) -> list[PretendCall]:
        return [call for call in self._company.calls if call.key and call.sid not in self._pressed]

    def _ask(self, call: PretendCall) -> str:
        form = {
            "AccountSid": self._company.account,
            "CallSid": call.sid,
            "CallStatus": "in-progress",
            "From": call.form["From"],
            "To": call.to,
            "Digits": call.key,
        }
        signature = RequestValidator(self._company.token).compute_signature(call.action, form)
        headers = {"X-Twilio-Signature": signature}
        answer = requests.post(call.action, data=form, headers=headers, timeout=_PATIENCE)
        answer.raise_for_status()
        return answer.text
