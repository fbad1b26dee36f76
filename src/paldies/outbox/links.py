"""The addresses of the pages that one message offers to its customer, and the way back from them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hmac import compare_digest, digest

_ID_BYTES = 6
_SEAL_BYTES = 10  # 80 bits: nobody guesses one
_FULL_LENGTH = 22  # characters: a List-Unsubscribe of more than 76 would be mangled by mail software


@dataclass(frozen=True, slots=True)
class Links:
    """A token is the message's number and a seal: nothing has to be stored to know one's own again."""

    public_url: str  # without a slash at its end; empty: there are no pages
    secret: bytes = field(repr=False)

    def unsubscribe(self, message_id: int) -> str:
        """A page with a button; RFC 8058 has mail programs post to the same address."""
        return self._page("u", message_id)

    def feedback(self, message_id: int) -> str:
        """How was it?"""
        return self._page("f", message_id)

    def complaint(self, message_id: int) -> str:
        """Tell us first."""
        return self._page("c", message_id)

    def callback(self, attempt_id: str) -> str:
        """Where a provider tells us about one attempt; its own signature stands for it."""
        return f"{self.public_url}/twilio/{attempt_id}" if self.public_url else ""

    def message_id(self, token: str) -> int | None:
        """Which message's page it is; None for one that we have not made."""
        if len(token) != _FULL_LENGTH or not token.isascii():
            return None
        try:
            raw = urlsafe_b64decode(token + "==")
        except ValueError:
            return None
        number, seal = raw[:_ID_BYTES], raw[_ID_BYTES:]
        return int.from_bytes(number) if compare_digest(seal, self._seal(number)) else None

    def token(self, message_id: int) -> str:
        number = message_id.to_bytes(_ID_BYTES)
        return urlsafe_b64encode(number + self._seal(number)).decode().rstrip("=")

    def _page(self, letter: str, message_id: int) -> str:
        return f"{self.public_url}/{letter}/{self.token(message_id)}" if self.public_url else ""

    def _seal(self, number: bytes) -> bytes:
        return digest(self.secret, b"message" + number, "sha256")[:_SEAL_BYTES]
