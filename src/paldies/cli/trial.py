"""One message sent to oneself, and what became of it within a minute."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from paldies.channels.base import Answerable, Channel, DeliveryError, Outgoing, Receipt, Report

_SUBJECT = "[Test] "
_SPOKEN = "Test: "
_PATIENCE = 60.0
_EVERY = 2.0  # also the pace at which a call has to be steered


def marked(outgoing: Outgoing) -> Outgoing:
    """So that nobody takes it for the real thing: a letter in its subject, the others in their first word."""
    rendered = outgoing.rendered
    if rendered.html or "@" in rendered.to:
        return replace(outgoing, rendered=replace(rendered, subject=f"{_SUBJECT}{rendered.subject}"))
    voicemail = f"{_SPOKEN}{rendered.voicemail}" if rendered.voicemail else ""
    return replace(
        outgoing, rendered=replace(rendered, text=f"{_SPOKEN}{rendered.text}", voicemail=voicemail)
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """`patience` and `every` are seconds: how long it is asked what became of it, and how often."""

    channel: Channel
    outgoing: Outgoing
    tell: Callable[[str], None]
    patience: float = _PATIENCE
    every: float = _EVERY

    async def go(self) -> tuple[Receipt, Report | None]:
        """The receipt, and what became of it within a minute, where that can be asked."""
        try:
            receipt = await self.channel.send(self.outgoing)
            if not isinstance(self.channel, Answerable):
                return receipt, None
            self.tell("It has left; what becomes of it is asked for a minute …")
            return receipt, await self._outcome(self.channel, receipt)
        finally:
            await self.channel.close()

    async def _outcome(self, channel: Answerable, receipt: Receipt) -> Report | None:
        """None if nobody could say."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience
        report: Report | None = None
        while not (report and report.kind.is_final) and loop.time() < until:
            await asyncio.sleep(self.every)
            try:
                report = await channel.report(receipt.id)
            except DeliveryError as error:
                self.tell(f"It cannot be asked now: {error}")
        return report
