"""Fills in what is seen or priced: an example of each text in each language, and what costs by its length."""

from dataclasses import dataclass
from datetime import datetime

from paldies.channels.base import Rendered
from paldies.outbox.composer import Composed, Composer
from paldies.outbox.evidence import Brief
from paldies.outbox.links import Links
from paldies.simulation.moments import be_at
from paldies.simulation.providers import PRICED_BY_TEXT
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
    turn: tuple[datetime, str]  # when, and the message's key


Examples = dict[tuple[str, str, str], Example]  # by text, step and the customer's language


class SimulatedComposer(Composer):
    """Filling in costs as much as deciding: what everybody is told alike is filled in once."""

    renders_all = False

    def __init__(self, library: Library, shop: ShopCard, *, mailbox: str, links: Links) -> None:
        super().__init__(library, shop, mailbox=mailbox, links=links)
        self.examples: Examples = {}

    def compose(self, brief: Brief, now: datetime, *, expires_at: datetime) -> Composed:
        """From here to its end it is the moment for which it was decided."""
        be_at(brief.waiting.now)
        return super().compose(brief, brief.waiting.now, expires_at=expires_at)

    def fill(self, text: Text, brief: Brief) -> Content:
        """The example is the earliest of all, whoever is asked about first."""
        row, order = brief.waiting, brief.facts.order
        key, turn = (text.id, row.step, brief.facts.customer.locale), (row.now, row.key)
        example = self.examples.get(key)
        is_earlier = example is None or turn < example.turn
        if example and not (is_earlier or self.renders_all or row.channel in PRICED_BY_TEXT):
            return example.content
        content = super().fill(text, brief)
        if is_earlier:
            number = order.number if order else ""
            self.examples[key] = Example(
                row.campaign, row.step, row.channel, content.locale, number, content, turn
            )
        return content

    def keep(self, rendered: Rendered) -> bytes:
        return _NOT_KEPT


class ThoroughComposer(SimulatedComposer):
    """Fills in every message, so that a text which fails for one order holds that one."""

    renders_all = True
