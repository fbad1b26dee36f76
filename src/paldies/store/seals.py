"""Seals: what only somebody who has the secret can have written."""

import hashlib
from functools import lru_cache

_BLOCK = 64  # bytes of SHA-256
_SECRETS = 64  # more than a house has, former ones included


def sealed(text: bytes, secret: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), begun once for each secret: 1 µs, where `hmac.new` takes 4.

    `hmac.digest` also lets go of the interpreter meanwhile: getting it back costs a millisecond while other
    threads are at work, once for every message.
    """
    inner, outer = _keyed(secret)
    within, around = inner.copy(), outer.copy()
    within.update(text)
    around.update(within.digest())
    return around.digest()


@lru_cache(maxsize=_SECRETS)
def _keyed(secret: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """The inner and the outer hash, with the secret in them already."""
    key = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(each ^ pad for each in key) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)
