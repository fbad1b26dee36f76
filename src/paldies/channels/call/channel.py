"""The call channel: a machine's voice says a text on somebody's telephone."""

import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.base import DeliveryError, Doubt, Outgoing, Receipt, Rendered, Report, Trace
from paldies.channels.call import script, speaking
from paldies.channels.call.state import CallState
from paldies.channels.call.steering import Helm, Plan
from paldies.channels.call.traits import TRAITS
from paldies.channels.call.voices import Voices
from paldies.channels.twilio.account import Account
from paldies.channels.twilio.lateness import refuse_if_late
from paldies.channels.twilio.traces import MOST_RECORDS, first_after
from paldies.channels.twilio.verdicts import is_dead_number
from paldies.clock import Clock, SystemClock

_RINGS = 25  # seconds: five or six times, before most mailboxes pick up
_MARGIN = 120  # seconds beside the text itself: a greeting, a slow voice, a key
_TALK = 1800  # seconds, where a key may bring a person to the line
_AT_ONCE = timedelta(seconds=1)
_ASK_SOON = timedelta(seconds=2)  # while it may turn out that a machine listens
_ASK_LATER = timedelta(seconds=8)  # while a person listens

log = structlog.get_logger(__name__)


class CallChannel:
    """Rings, says the text, and asks afterwards how it went.

    Twilio finds out who has answered before the text begins, which costs a person some three seconds of
    silence: it could do so meanwhile, but then only promises to tell a callback, and a machine must not count
    as a person where none can reach us (https://www.twilio.com/docs/voice/answering-machine-detection).
    What was placed cannot branch on it, so `report`, which is asked every few seconds while the line is up,
    steers: a machine gets the voicemail text after its beep (`DetectMessageEnd`) or, if the step has none, is
    hung up on as soon as it is recognised (`Enable`, which says so sooner). A process that has been started
    anew no longer has the voicemail text, and hangs up.
    """

    traits = TRAITS

    def __init__(
        self,
        account: Account,
        *,
        sender: str,
        price: Decimal,
        voices: Mapping[str, str] | None = None,
        concurrency: int = 4,
        clock: Clock | None = None,
    ) -> None:
        """`sender`: our number, E.164; `price`: of a minute; `voices`: by language, beside the usual ones."""
        self.concurrency = concurrency
        self._account = account
        self._sender = sender
        self._price = price
        self._voices = Voices(voices or {})
        self._clock = clock or SystemClock()
        self._helm = Helm()

    def price(self, rendered: Rendered) -> Decimal:
        """Of as many whole minutes as the text takes: that is how Twilio counts."""
        minutes = math.ceil(speaking.seconds(rendered.text, rendered.locale) / 60)
        return self._price * max(1, minutes)

    async def send(self, message: Outgoing) -> Receipt:
        """See Channel.send. What cannot be spoken, or has come too late, is not placed."""
        refuse_if_late(message, self._clock.now())
        rendered = message.rendered
        voice = self._voices.for_locale(rendered.locale)
        voicemail = script.left_on_a_machine(rendered.voicemail, voice) if rendered.voicemail else ""
        form = self._form(message, script.spoken(rendered.text, voice, keys_to=_keys_to(message)))
        sid = await self._account.place(
            lambda client: str(client.calls.create(**form).sid), deadline=message.deadline
        )
        self._helm.placed(sid, Plan(voicemail, message.must_arrive_by))
        return Receipt(sid, ask_after=_ASK_LATER)

    async def report(self, receipt: str) -> Report:
        """See Answerable.report; also has the call go the way that its answer asks for."""
        state = await self._account.ask(lambda client: CallState.of(client.calls(receipt).fetch()))
        kind, code = state.kind, 0
        if kind.is_final:
            self._helm.over(receipt)
        else:
            await self._steer(state)
        if state.status == "failed":
            code = await self._why_it_failed(receipt)
        return Report(
            kind=kind,
            id=f"{state.sid} {state.status}",
            at=state.changed_at or self._clock.now(),
            note=" ".join(str(word) for word in (state.status, state.answered_by, code) if word),
            ask_after=None if kind.is_final else _gap(state),
            address_is_dead=is_dead_number(code),
        )

    async def find(self, trace: Trace) -> Receipt | None:
        """See Answerable.find."""
        found = await self._account.ask(
            lambda client: [
                CallState.of(call)
                for call in client.calls.list(
                    to=trace.to, from_=self._sender, limit=MOST_RECORDS, page_size=MOST_RECORDS
                )
            ]
        )
        call = first_after(trace, found)
        return Receipt(call.sid, ask_after=_AT_ONCE) if call else None

    async def probe(self) -> None:
        await self._account.probe()

    async def close(self) -> None:
        await self._account.close()

    def _form(self, message: Outgoing, twiml: str) -> dict[str, Any]:
        rendered, callback = message.rendered, message.callback_url
        length = math.ceil(speaking.seconds(rendered.text, rendered.locale))
        form: dict[str, Any] = {
            "to": rendered.to,
            "from_": self._sender,
            "twiml": twiml,
            "timeout": _RINGS,
            "time_limit": _TALK if callback else length + _MARGIN,
            "record": False,
            "machine_detection": "DetectMessageEnd" if rendered.voicemail else "Enable",
        }
        if callback:
            form["status_callback"] = f"{callback}/status"
            form["status_callback_event"] = ["initiated", "ringing", "answered", "completed"]
            form["status_callback_method"] = "POST"
        return form

    async def _steer(self, state: CallState) -> None:
        """Best effort: Twilio refuses it once the call is over, and the next look tries again."""
        order = self._helm.order(state, self._clock.now())
        if not order:
            return
        try:
            await self._account.place(lambda client: client.calls(state.sid).update(**order))
        except DeliveryError as error:
            log.info("a call could not be steered", call=state.sid, why=str(error))
            return
        except Doubt as doubt:
            log.info("a call may have been steered", call=state.sid, why=str(doubt))
        self._helm.given(state.sid, order)

    async def _why_it_failed(self, sid: str) -> int:
        """Twilio's code, which it keeps beside the call; 0 if it says none, or cannot be asked now."""
        try:
            codes = await self._account.ask(
                lambda client: [note.error_code for note in client.calls(sid).notifications.list(limit=20)]
            )
        except DeliveryError:
            return 0
        return next((int(code) for code in codes if str(code).isdecimal()), 0)


def _keys_to(message: Outgoing) -> str:
    return f"{message.callback_url}/keys" if message.callback_url else ""


def _gap(state: CallState) -> timedelta:
    is_settled = state.kind is DeliveryKind.QUEUED or state.answered_by in ("human", "unknown")
    return _ASK_LATER if is_settled else _ASK_SOON
