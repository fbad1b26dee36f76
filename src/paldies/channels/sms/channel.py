"""The SMS channel: a short text on somebody's telephone."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from paldies.channels.base import DeliveryError, Outgoing, Receipt, Rendered, Report, Trace
from paldies.channels.sms.segments import segments
from paldies.channels.sms.state import SmsState
from paldies.channels.sms.traits import TRAITS
from paldies.channels.sms.wording import worded
from paldies.channels.twilio.account import Account
from paldies.channels.twilio.lateness import refuse_if_late
from paldies.channels.twilio.traces import MOST_RECORDS, first_after
from paldies.channels.twilio.verdicts import is_dead_number, wants_no_more
from paldies.clock import Clock, SystemClock

_LONGEST = 1600  # characters that Twilio takes
_LONGEST_VALIDITY = 36_000  # seconds
_AT_ONCE = timedelta(seconds=1)
_FIRST_LOOK = timedelta(seconds=10)


class SmsChannel:
    """Hands text messages to Twilio, and asks afterwards whether they arrived."""

    traits = TRAITS

    def __init__(
        self,
        account: Account,
        *,
        sender: str,
        price: Decimal,
        concurrency: int = 4,
        clock: Clock | None = None,
    ) -> None:
        """`sender`: our number, E.164; `price`: of a segment."""
        self.concurrency = concurrency
        self._account = account
        self._sender = sender
        self._price = price
        self._clock = clock or SystemClock()

    def price(self, rendered: Rendered) -> Decimal:
        return self._price * segments(worded(rendered.text)).count

    async def send(self, message: Outgoing) -> Receipt:
        """See Channel.send. The network drops it if it cannot be delivered before `must_arrive_by`."""
        now = self._clock.now()
        refuse_if_late(message, now)
        body = worded(message.rendered.text)
        if not 0 < len(body) <= _LONGEST:
            raise DeliveryError(
                f"A text message has 1 to {_LONGEST} characters; this one has {len(body)}",
                permanent=True,
                fault="us",
                code="length",
            )
        form: dict[str, Any] = {"to": message.rendered.to, "from_": self._sender, "body": body}
        if message.must_arrive_by:
            form["validity_period"] = _seconds_until(message.must_arrive_by, now)
        if message.callback_url:
            form["status_callback"] = f"{message.callback_url}/status"
        sid = await self._account.place(
            lambda client: str(client.messages.create(**form).sid), deadline=message.deadline
        )
        return Receipt(sid, ask_after=_FIRST_LOOK)

    async def report(self, receipt: str) -> Report:
        """See Answerable.report."""
        state = await self._account.ask(lambda client: SmsState.of(client.messages(receipt).fetch()))
        now = self._clock.now()
        return Report(
            kind=state.kind,
            id=f"{state.sid} {state.status}",
            at=state.changed_at or now,
            note=f"{state.status} {state.code or ''}".strip(),
            ask_after=state.ask_after(now),
            address_is_dead=is_dead_number(state.code),
            wants_no_more=wants_no_more(state.code),
        )

    async def find(self, trace: Trace) -> Receipt | None:
        """See Answerable.find. Besides number and time, the text has to be the same."""
        body = worded(trace.text)
        found = await self._account.ask(
            lambda client: [
                SmsState.of(message)
                for message in client.messages.list(
                    to=trace.to, from_=self._sender, limit=MOST_RECORDS, page_size=MOST_RECORDS
                )
            ]
        )
        # a trial account puts a sentence of its own before the text
        text = first_after(trace, [each for each in found if each.body.strip().endswith(body)])
        return Receipt(text.sid, ask_after=_AT_ONCE) if text else None

    async def probe(self) -> None:
        await self._account.probe()

    async def close(self) -> None:
        await self._account.close()


def _seconds_until(moment: datetime, now: datetime) -> int:
    return min(_LONGEST_VALIDITY, max(1, int((moment - now).total_seconds())))
