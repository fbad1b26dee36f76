"""Turns what is known about a message into what its channel is handed."""

import json
import zlib
from collections.abc import Mapping
from datetime import datetime

from paldies.campaigns.legs import is_last_channel
from paldies.campaigns.schedule import closes_at
from paldies.campaigns.traits import ALWAYS
from paldies.campaigns.words import Purpose
from paldies.channels.base import Attachment, Letterhead, Rendered
from paldies.outbox.evidence import Brief
from paldies.outbox.links import Links
from paldies.outbox.marks import mark
from paldies.templates.faults import RenderFault
from paldies.templates.library import Library, Text
from paldies.templates.renderer import Content
from paldies.templates.values import ShopCard
from paldies.value import value

__all__ = ["Composed", "Composer", "RenderFault"]

_SHORT = 4096  # bytes
_in_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: a third of the time of `dumps`
_KEPT = 256  # letterheads of texts in use at the same time


@value
class Composed:
    """A message ready to leave, but for what its attempt adds; `content` is what the attempt keeps of it.

    The rest is as in Outgoing.
    """

    rendered: Rendered
    message_id: str
    content: bytes
    unsubscribe_url: str
    must_arrive_by: datetime | None
    answer_by: datetime


class Composer:
    """Finds the latest good text for a message, in the customer's language, and fills it in."""

    def __init__(self, library: Library, shop: ShopCard, *, mailbox: str, links: Links) -> None:
        """`mailbox` is who e-mails come from: `Anna <anna@example.com>`."""
        self._library = library
        self._shop = shop
        self._links = links
        self._mailbox = mailbox
        self._domain = mailbox.rpartition("@")[2].strip("<> ") or "localhost"
        self._letterheads: dict[tuple[str, str, str], Letterhead] = {}

    def compose(self, brief: Brief, now: datetime, *, expires_at: datetime) -> Composed:
        """What would leave `now`. Raises RenderFault: the message waits for a person then."""
        row, customer = brief.waiting, brief.facts.customer
        text = self.text_for(brief)
        content = self.fill(text, brief)
        rendered = Rendered(
            text_version=text.id,
            letterhead=self._letterhead(text, content.locale, brief.due.step.sender),
            to=brief.facts.address,
            to_name=customer.name,
            subject=content.subject,
            text=content.text,
            html=content.html,
            locale=content.locale,
            voicemail=content.voicemail,
        )
        return Composed(
            rendered=rendered,
            message_id=row.rfc_id or f"{mark(row.id, self._links)}@{self._domain}",
            content=self.keep(rendered),
            unsubscribe_url=self._way_out(brief),
            must_arrive_by=_arrival(brief, now, expires_at),
            answer_by=_answer(brief, now, expires_at),
        )

    def fill(self, text: Text, brief: Brief) -> Content:
        """The text with everything in its place. Raises RenderFault."""
        locale = brief.facts.customer.locale
        return text.render(self.values(brief), locale=locale, sender=brief.due.step.sender)

    def keep(self, rendered: Rendered) -> bytes:
        """What the attempt keeps of it."""
        return kept(rendered)

    def text_for(self, brief: Brief) -> Text:
        """The text a message would be filled in with. Raises RenderFault if there is none."""
        row, step = brief.waiting, brief.due.step
        locales = [brief.facts.customer.locale] if brief.facts.customer.locale else []
        text = self._library.find(row.campaign, step.name, row.channel, locales)
        if text is None:
            raise RenderFault(
                "there is no text for this step",
                remedy="Put it there, and approve the message.",
                file=f"{row.campaign}/{step.name}.{row.channel}.md",
                line=None,
                tag="",
            )
        return self._library.reworded(text, brief.wording) if brief.wording else text

    def values(self, brief: Brief) -> Mapping[str, object]:
        """The names that a text may use; who signs is the text's own business."""
        return {
            "order": brief.facts.order,
            "customer": brief.facts.customer,
            "shop": self._shop,
            "purpose": brief.due.purpose.value,
            "unsubscribe_url": self._way_out(brief),
            "feedback_url": self._links.feedback(brief.waiting.id),
            "complaint_url": self._links.complaint(brief.waiting.id),
            "has_keys": bool(self._links.public_url),
            "case": brief.case,
        }

    def _way_out(self, brief: Brief) -> str:
        """Of what a customer need not take; what is about their own order goes without."""
        return self._links.unsubscribe(brief.waiting.id) if brief.due.purpose is Purpose.PROMOTIONAL else ""

    def _letterhead(self, text: Text, locale: str, sender: str) -> Letterhead:
        key = (text.id, locale, sender)
        if key not in self._letterheads:
            if len(self._letterheads) >= _KEPT:
                self._letterheads.clear()
            person = text.signed_by(locale, sender)
            self._letterheads[key] = Letterhead(
                sender=self._mailbox,
                reply_to=(person.email if person else "") or self._shop.email,
                attachments=tuple(
                    Attachment(one.name, one.media_type, one.content) for one in text.attachments
                ),
            )
        return self._letterheads[key]


def _arrival(brief: Brief, now: datetime, expires_at: datetime) -> datetime | None:
    """Where the hour matters, the end of the hours that are open now."""
    if brief.due.traits.bounds == ALWAYS:
        return None
    return closes_at(brief.due, brief.facts, now, by=expires_at)


def _answer(brief: Brief, now: datetime, expires_at: datetime) -> datetime:
    """A channel that has others behind it leaves them half of the time that remains."""
    if is_last_channel(brief.due.step, brief.waiting.channel):
        return expires_at
    return now + (expires_at - now) / 2


def kept(rendered: Rendered) -> bytes:
    """What is stored of a message that may have left; `opened` reads it again.

    Short texts stay as they are: zlib lets go of the interpreter, and waiting for it again costs 0.4 ms.
    """
    plain = f"[{_in_json(rendered.subject)}, {_in_json(rendered.text)}]".encode()
    return plain if len(plain) <= _SHORT else zlib.compress(plain, level=1)


def opened(content: bytes) -> tuple[str, str]:
    """Subject and text of a stored message."""
    subject, text = json.loads(content if content.startswith(b"[") else zlib.decompress(content))
    return subject, text
