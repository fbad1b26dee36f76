"""Signs messages as the domain that they come from (DKIM, RFC 6376), for mail servers that do not do it."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

# A field beyond those that are there breaks the signature: nobody can put a second subject on top.
_FROZEN = (b"from", b"reply-to", b"to", b"subject", b"date")
# RFC 8058 4: both unsubscribe fields; Gmail counts complaints by a Feedback-ID only if it is signed.
_SIGNED = (
    *_FROZEN,
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"auto-submitted",
    b"feedback-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_SMALLEST = 1024  # bits; RFC 8301 3.2
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")
_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n)")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_LINE = 72  # characters of the signature in a line


class Signer:
    """Some 0.7 ms a message with 2048 bits, nearly all of it the key's own arithmetic."""

    def __init__(self, domain: str, selector: str, key: bytes) -> None:
        """`domain` in ASCII, the one in From; `key` is the PEM text of an RSA key. Raises ValueError."""
        if not _SELECTOR.fullmatch(selector):
            raise ValueError(
                f"dkim_selector {selector!r} cannot be one: write the word before ._domainkey in the DNS"
            )
        self.domain = domain
        self.selector = selector
        self._key = _read(key)
        self._begin = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};".encode()

    @property
    def bits(self) -> int:
        return self._key.key_size

    @property
    def public_key(self) -> str:
        """What the DNS has to say after p= (RFC 6376 3.6.1)."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(der).decode()

    def signed(self, content: bytes, *, at: int) -> bytes:
        """The same message with a DKIM-Signature on top; `at` is the second of signing, as Unix counts."""
        head, _, body = content.partition(b"\r\n\r\n")
        fields = _relaxed_fields(head)
        present = [name for name, _ in fields]
        names = [name for name in _SIGNED if name in present or name in _FROZEN]
        names += [name for name in _FROZEN if name in present]
        parts = [
            self._begin,
            b"t=%d; h=" % at + b":".join(names[:7]) + b":",
            b":".join(names[7:]) + b";",
            b"bh=" + b64encode(sha256(_relaxed_body(body)).digest()) + b";",
            b"b=",
        ]
        covered = b"".join(_taken(fields, names)) + b"dkim-signature:" + b" ".join(parts)
        signature = b64encode(self._key.sign(covered, PKCS1v15(), hashes.SHA256()))
        parts[-1] += signature[:_LINE]
        parts += [signature[cut : cut + _LINE] for cut in range(_LINE, len(signature), _LINE)]
        return b"DKIM-Signature: " + b"\r\n ".join(parts) + b"\r\n" + content


def _read(pem: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # its words may repeat what is in the file
        raise ValueError(
            "it is not a private key that can be read: make one with openssl genrsa 2048, without a password"
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it is not an RSA key, and hardly anybody verifies others yet")
    if key.key_size < _SMALLEST:
        raise ValueError(f"it has {key.key_size} bits, which nobody trusts: make one with 2048")
    return key


def _relaxed_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Name and whole line of each field, as RFC 6376 3.4.2 has them."""
    fields = []
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        fields.append((name, name + b":" + _BLANKS.sub(b" ", value).strip() + b"\r\n"))
    return fields


def _taken(fields: Sequence[tuple[bytes, bytes]], names: Sequence[bytes]) -> list[bytes]:
    """The lines that are signed: of a repeated field the last first, and nothing for one too many."""
    left = list(fields)
    lines = []
    for wanted in names:
        place = next((place for place in reversed(range(len(left))) if left[place][0] == wanted), None)
        if place is not None:
            lines.append(left.pop(place)[1])
    return lines


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 3.4.4. Ours is base64 with hardly a blank, so that looking for some saves most of the work."""
    if b"  " in body or b"\t" in body or b" \r\n" in body:
        body = _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"", body))
    body = body.rstrip(b"\r\n")
    return body + b"\r\n" if body else b""
