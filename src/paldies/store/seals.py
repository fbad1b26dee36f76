"""Seals: what only somebody who has the secret can have written."""

import hmac


def sealed(text: bytes, secret: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104).

    `hmac.digest` says the same, but lets go of the interpreter meanwhile: getting it back costs a millisecond
    while other threads are at work, once for every message.
    """
    return hmac.new(secret, text, "sha256").digest()
