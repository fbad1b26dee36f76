"""The header fields of a message: who, what, when, and the unsubscribe headers."""

import re
from functools import lru_cache
from urllib.parse import quote

from paldies.campaigns.words import Purpose
from paldies.channels.base import Letterhead, Outgoing
from paldies.channels.email import address, header_text

_LONGEST_URL = 900  # characters; a header line may have 998 (RFC 5322 2.1.1), and a URL cannot be folded
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"
_NOT_IN_IDENTIFIER = re.compile(r"[^A-Za-z0-9._-]+")


def letterhead_fields(letterhead: Letterhead) -> str:
    """What is the same for every recipient of a text. Raises AddressError if a mailbox cannot be read."""
    fields = header_text.field("From", header_text.mailbox(*address.mailbox(letterhead.sender)))
    if letterhead.reply_to:
        fields += header_text.field("Reply-To", header_text.mailbox(*address.mailbox(letterhead.reply_to)))
    return fields + "Auto-Submitted: auto-generated\r\n"  # RFC 3834 5: no holiday notes in return


def message_fields(message: Outgoing, *, to: str, date: str, sender_id: str) -> str:
    """What differs from message to message. `to` is the address on the wire, `date` as RFC 5322 writes it."""
    rendered = message.rendered
    fields = (
        header_text.field("To", header_text.mailbox(rendered.to_name, to))
        + header_text.field("Subject", header_text.unstructured(rendered.subject))
        + f"Date: {date}\r\nMessage-ID: <{message.message_id}>\r\n"
        + _feedback_id(message.campaign, message.purpose, sender_id)
    )
    if message.purpose is Purpose.PROMOTIONAL and message.unsubscribe_url:
        fields += _unsubscribe_fields(message.unsubscribe_url)
    return fields


def sender_id(domain: str) -> str:
    """A Feedback-ID's SenderId, made from a domain: 5 to 15 characters, the same for the same domain."""
    return _NOT_IN_IDENTIFIER.sub("-", domain)[:15].strip("-.").ljust(5, "0")


def _unsubscribe_fields(url: str) -> str:
    """One-click unsubscribing (RFC 8058 3.1). The mail server's DKIM signature must cover both fields.

    Written by hand: email.message makes encoded words of a URL of over 76 characters, which hides the button.
    """
    url = quote(url, safe=_URL_CHARACTERS)
    if len(url) > _LONGEST_URL:
        raise ValueError(
            f"The unsubscribe link has {len(url)} characters, a header line has room for {_LONGEST_URL};"
            " choose a shorter public_url"
        )
    return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


@lru_cache(maxsize=256)
def _feedback_id(campaign: str, purpose: Purpose, sender_id: str) -> str:
    """Groups complaints in Gmail's statistics: names streams, never a recipient or an order.

    https://support.google.com/mail/answer/6254652: up to three names, and last the SenderId.
    """
    campaign = _NOT_IN_IDENTIFIER.sub("-", campaign)[:30]
    return f"Feedback-ID: {campaign}:{purpose}:{sender_id}\r\n"
