"""The addresses of the pages that one message offers to its customer, and the way back from them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hmac import compare_digest

from paldies.store.keyring import Keyring
from paldies.store.seals import sealed

_ID_BYTES = 6
_SEAL_BYTES = 10  # 80 bits: nobody guesses one
_FULL_LENGTH = 22  # characters: a List-Unsubscribe of more than 76 would be mangled by mail software


@dataclass(slots=True)
class Links:
    """A token is the message's number and a seal: nothing has to be stored to know one's own again."""

    public_url: str  # without a slash at its end; empty: there are no pages
    secret: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)  # what they sealed still opens
    expired: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, public_url: str, keys: Keyring) -> "Links":
        return cls(public_url, keys.secret, keys.former, keys.expired)

    def renew(self, keys: Keyring) -> None:
        """Takes over what has become of the secrets meanwhile."""
        self.secret, self.former, self.expired = keys.secret, keys.former, keys.expired

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
        """Which message's page it is; None for one that we have not made, or that has expired."""
        return self._opened(token, (self.secret, *self.former))

    def has_expired(self, token: str) -> bool:
        """Whether it is one of ours, of long ago."""
        return bool(self.expired) and self._opened(token, self.expired) is not None

    def token(self, message_id: int) -> str:
        return _token(message_id, self.secret)

    def _page(self, letter: str, message_id: int) -> str:
        return f"{self.public_url}/{letter}/{self.token(message_id)}" if self.public_url else ""

    @staticmethod
    def _opened(token: str, secrets: tuple[bytes, ...]) -> int | None:
        if len(token) != _FULL_LENGTH or not token.isascii():
            return None
        try:
            raw = urlsafe_b64decode(token + "==")
        except ValueError:
            return None
        number, seal = raw[:_ID_BYTES], raw[_ID_BYTES:]
        fits = [compare_digest(seal, _seal(number, secret)) for secret in secrets]
        return int.from_bytes(number) if any(fits) else None


@lru_cache(maxsize=64)  # each page of a message has the same one
def _token(message_id: int, secret: bytes) -> str:
    number = message_id.to_bytes(_ID_BYTES)
    return urlsafe_b64encode(number + _seal(number, secret)).decode().rstrip("=")


def _seal(number: bytes, secret: bytes) -> bytes:
    return sealed(b"message" + number, secret)[:_SEAL_BYTES]
