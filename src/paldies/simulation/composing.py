"""Fills each text in once for each language, with the first real order that needs it."""

from dataclasses import dataclass
from datetime import datetime

from paldies.channels.base import Rendered
from paldies.outbox.composer import Composed, Composer
from paldies.outbox.evidence import Brief
from paldies.outbox.links import Links
from paldies.simulation.moments import be_at
from paldies.templates.library import Library, Text
from paldies.templates.renderer import Content
from paldies.templates.values import ShopCard

_NOT_KEPT = b'["", ""]'  # 3 KB of text for each message would fill the disk, and nobody reads them


@dataclass(frozen=True, slots=True)
class Example:
    """A text as one customer would have got it."""

    campaign: str
    step: str
    channel: str
    locale: str
    order: str
    content: Content


class SimulatedComposer(Composer):
    """Filling in costs as much as deciding: what everybody is told alike is filled in once."""

    renders_all = False

    def __init__(self, library: Library, shop: ShopCard, *, mailbox: str, links: Links) -> None:
        super().__init__(library, shop, mailbox=mailbox, links=links)
        self.examples: dict[tuple[str, str, str], Example] = {}

    def compose(self, brief: Brief, now: datetime, *, expires_at: datetime) -> Composed:
        """From here to its end it is the moment for which it was decided."""
        be_at(brief.waiting.now)
        return super().compose(brief, brief.waiting.now, expires_at=expires_at)

    def fill(self, text: Text, brief: Brief) -> Content:
        key = (text.id, brief.waiting.step, brief.facts.customer.locale)
        if not self.renders_all and (example := self.examples.get(key)):
            return example.content
        content = super().fill(text, brief)
        if key not in self.examples:
            row, order = brief.waiting, brief.facts.order
            self.examples[key] = Example(
                row.campaign, row.step, row.channel, content.locale, order.number if order else "", content
            )
        return content

    def keep(self, rendered: Rendered) -> bytes:
        return _NOT_KEPT


class ThoroughComposer(SimulatedComposer):
    """Fills in every message, so that a text which fails for one order holds that one."""

    renders_all = True
