"""Whether a hook was signed by whoever knows the shop's secret."""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

TOLERANCE = timedelta(minutes=5)  # between the sender's clock and ours
_OWN_PREFIX = "whsec_"
_SECONDS = re.compile(r"[0-9]{1,12}")
_HTML = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&amp;": "&"}


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """As Shopify signs: the base64 of HMAC-SHA256 over the body as it came.

    https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
    """
    return _is_any(signature, [_signed(secret.encode(), body) for secret in secrets])


def is_signed_by_woocommerce(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """The same with the secret as WordPress writes it back from HTML (WC_Webhook::generate_signature)."""
    both_ways = [way for secret in secrets for way in (secret, _from_html(secret))]
    return is_signed(body, signature, both_ways)


def fault_of_own(
    body: bytes, *, id: str, timestamp: str, signature: str, secrets: Sequence[str], now: datetime
) -> str:
    """What is wrong with a hook that is signed as Standard Webhooks has it; empty if nothing is.

    https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body: none can be another's.
    """
    said = f"{id}.{timestamp}.".encode() + body
    wanted = [_signed(_key(secret), said) for secret in secrets]
    given = [word.removeprefix("v1,") for word in signature.split(" ") if word.startswith("v1,")]
    if not id or not any([_is_any(each, wanted) for each in given[:10]]):
        return "the signature is wrong"
    if not _SECONDS.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return "the timestamp is over five minutes off: is the clock of the shop's server right?"
    return ""


def _signed(key: bytes, said: bytes) -> bytes:
    return b64encode(hmac.digest(key, said, sha256))


def _is_any(signature: str, wanted: Sequence[bytes]) -> bool:
    """All are compared, each in constant time: how long it takes tells nothing."""
    given = signature.strip().encode("utf-8", "replace")
    return any([hmac.compare_digest(given, each) for each in wanted])


def _key(secret: str) -> bytes:
    """Standard Webhooks keeps its secrets as base64; any other is taken as it is written."""
    if secret.startswith(_OWN_PREFIX):
        try:
            return b64decode(secret.removeprefix(_OWN_PREFIX), validate=True)
        except Error:
            pass
    return secret.encode()


def _from_html(secret: str) -> str:
    for written, meant in _HTML.items():
        secret = secret.replace(written, meant)
    return secret
