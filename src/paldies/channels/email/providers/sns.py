"""Messages of Amazon SNS, believed only with Amazon's signature.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import asyncio
import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from paldies.channels.email.providers.base import NotBelieved, Unavailable

Fetch = Callable[[str], bytes]

_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[\w-]+\.pem")
_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
    "UnsubscribeConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_LARGEST = 64 * 1024  # bytes of a certificate, or of the answer to a confirmation
_PATIENCE = 3.0  # seconds
_KEPT = 8  # certificates; Amazon changes its own now and then


class Sns:
    """Reads what comes for one topic."""

    def __init__(self, topic: str, *, fetch: Fetch | None = None) -> None:
        """`topic` is an ARN; `fetch` asks Amazon, over HTTPS, and raises OSError."""
        self._topic = topic
        self._fetch = fetch or _fetch
        self._keys: dict[str, RSAPublicKey] = {}

    async def read(self, body: bytes) -> Mapping[str, Any] | None:
        """The notification that it brings; None where it brings none, which has been dealt with then.

        Raises NotBelieved, Unavailable, ValueError.
        """
        envelope = json.loads(body)
        if not isinstance(envelope, dict) or not all(isinstance(value, str) for value in envelope.values()):
            raise ValueError("this is not a message of Amazon SNS")
        if envelope.get("TopicArn") != self._topic:
            raise NotBelieved("it is about another topic")
        await self._check(envelope)
        match envelope["Type"]:
            case "SubscriptionConfirmation":
                await self._confirm(envelope.get("SubscribeURL", ""))
                return None
            case "Notification":
                message = json.loads(envelope["Message"])
                return message if isinstance(message, dict) else None
        return None

    async def _check(self, envelope: Mapping[str, str]) -> None:
        names = _SIGNED.get(envelope.get("Type", ""))
        make_hash = _HASHES.get(envelope.get("SignatureVersion", ""))
        if names is None or make_hash is None:
            raise NotBelieved("it is signed in a way that nobody knows")
        key = await self._key(envelope.get("SigningCertURL", ""))
        signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
        try:
            signature = b64decode(envelope.get("Signature", ""), validate=True)
            key.verify(signature, signed.encode(), padding.PKCS1v15(), make_hash())
        except (InvalidSignature, ValueError) as error:
            raise NotBelieved("its signature is wrong") from error

    async def _key(self, url: str) -> RSAPublicKey:
        """Only of Amazon: anybody can sign, and name a certificate of their own."""
        if not _is_amazons(url) or not _CERTIFICATE.fullmatch(urlsplit(url).path):
            raise NotBelieved("its certificate is not Amazon's")
        if url not in self._keys:
            certificate = x509.load_pem_x509_certificate(await self._ask(url))
            key = certificate.public_key()
            if not isinstance(key, RSAPublicKey):
                raise NotBelieved("its certificate is of a kind that Amazon does not use")
            if len(self._keys) >= _KEPT:
                self._keys.clear()
            self._keys[url] = key
        return self._keys[url]

    async def _confirm(self, url: str) -> None:
        if not _is_amazons(url):
            raise NotBelieved("the address to confirm at is not Amazon's")
        await self._ask(url)

    async def _ask(self, url: str) -> bytes:
        try:
            return await asyncio.to_thread(self._fetch, url)
        except (OSError, HTTPException) as error:
            raise Unavailable(f"Amazon SNS cannot be asked: {error}") from error


def _is_amazons(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme == "https"
            and parts.netloc == parts.hostname
            and _HOST.fullmatch(parts.netloc) is not None
        )
    except ValueError:
        return False


class _NowhereElse(HTTPRedirectHandler):
    """Amazon does not send us on, and nobody else is to."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _fetch(url: str) -> bytes:
    with build_opener(_NowhereElse).open(url, timeout=_PATIENCE) as answer:
        content: bytes = answer.read(_LARGEST)
        return content
