"""One message of each channel, as its customer or the staff will have it before them."""

import math
from typing import Any

from paldies.campaigns.money import Money
from paldies.channels.call import speaking
from paldies.channels.sms.segments import parted, segments
from paldies.channels.sms.wording import worded
from paldies.preview.bench import Bench
from paldies.replies.tasks import OUTCOMES
from paldies.templates.lint.message import Message

Piece = dict[str, Any]


def piece(message: Message, bench: Bench) -> Piece:
    match message.reading.text.name.channel:
        case "email":
            return _letter(message, bench)
        case "sms":
            return _bubble(message, bench)
        case "call":
            return _call(message, bench)
        case "task":
            return _task(message)
    return {"kind": "plain", "subject": message.content.subject, "text": message.content.text}


def _letter(message: Message, bench: Bench) -> Piece:
    content, text = message.content, message.reading.text
    signed_by = text.signed_by(content.locale, message.reading.signer)
    return {
        "kind": "letter",
        "from": bench.settings.email.sender or bench.shop.name,
        "reply_to": (signed_by.email if signed_by else "") or bench.shop.email,
        "subject": content.subject,
        "preheader": content.preheader,
        "html": content.html,
        "text": content.text,
        "attached": [one.name for one in text.attachments],
    }


def _bubble(message: Message, bench: Bench) -> Piece:
    body = worded(message.content.text)
    size = segments(body)
    return {
        "kind": "bubble",
        "from": bench.settings.twilio.sender,
        "parts": parted(body),
        "units": size.units,
        "encoding": size.encoding,
        "foreign": size.foreign[:6],
        "price": _price(bench.settings.twilio.sms_price, size.count),
    }


def _call(message: Message, bench: Bench) -> Piece:
    content = message.content
    seconds = speaking.seconds(content.text, content.locale)
    return {
        "kind": "call",
        "paragraphs": speaking.paragraphs(content.text),
        "seconds": round(seconds),
        "longest": speaking.LONGEST,
        "price": _price(bench.settings.twilio.call_price, max(1, math.ceil(seconds / 60))),
        "voicemail": speaking.paragraphs(content.voicemail),
        "voicemail_seconds": round(speaking.seconds(content.voicemail, content.locale)),
        "keys": _keys(message, bench),
    }


def _keys(message: Message, bench: Bench) -> list[dict[str, str]]:
    """What they do; none without pages that Twilio can reach."""
    if not message.values["has_keys"]:
        return []
    person = [{"key": "1", "does": f"rings {bench.shop.phone}"}] if bench.shop.phone else []
    return [
        *person,
        {"key": "2", "does": "asks to be called back: a task for the staff"},
        {"key": "9", "does": "no more calls"},
    ]


def _task(message: Message) -> Piece:
    customer, content = message.values["customer"], message.content
    return {
        "kind": "task",
        "title": content.subject,
        "who": getattr(customer, "name", ""),
        "phone": getattr(customer, "phone", ""),
        "script": content.text,
        "outcomes": [outcome.value.replace("_", " ") for outcome in OUTCOMES],
    }


def _price(each: Money, count: int) -> str:
    return f"{each.amount * count} {each.currency}"
