"""The mark by which an e-mail is known again when it comes back, and the way from it to the message."""

from base64 import b32decode, b32encode
from binascii import Error
from hmac import compare_digest

from paldies.outbox.links import Links
from paldies.store.seals import sealed

_ID_BYTES = 6
_SEAL_BYTES = 10  # 80 bits: nobody makes one up to have somebody else suppressed
_LENGTH = 26


def mark(message_id: int, links: Links) -> str:
    """Small letters and digits only, as mail servers on the way may change the case of an address."""
    number = message_id.to_bytes(_ID_BYTES)
    return b32encode(number + _seal(number, links.secret)).decode().rstrip("=").lower()


def marked(text: str, links: Links) -> int | None:
    """Which message carries it; None for a mark that we have not made."""
    if len(text) != _LENGTH or not text.isascii():
        return None
    try:
        raw = b32decode(text.upper() + "======")
    except Error:
        return None
    number, seal = raw[:_ID_BYTES], raw[_ID_BYTES:]
    fits = [compare_digest(seal, _seal(number, secret)) for secret in (links.secret, *links.former)]
    return int.from_bytes(number) if any(fits) else None


def _seal(number: bytes, secret: bytes) -> bytes:
    return sealed(b"returned" + number, secret)[:_SEAL_BYTES]
