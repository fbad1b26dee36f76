"""The token that opens a Shopify shop to us: given once for all, or fetched anew every day."""

from datetime import UTC, datetime, timedelta

from requests import PreparedRequest
from requests.auth import AuthBase

from paldies.clock import Clock
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.http import Border

PATH = "/admin/oauth/access_token"
_EARLY = timedelta(minutes=10)  # before it runs out
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


class Token(AuthBase):
    """What is shown with every question."""

    def __init__(self, word: str = "") -> None:
        self.word = word

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.word:
            request.headers["X-Shopify-Access-Token"] = self.word
        return request


class Issuer:
    """Fetches tokens for an app of the Dev Dashboard, which last a day (client credentials, RFC 6749, 4.4).

    Apps made in a shop's own admin, whose token lasts for ever, cannot be made any more since January 2026.
    """

    def __init__(self, border: Border, token: Token, *, id: str, secret: str, clock: Clock) -> None:
        self._border = border
        self._token = token
        self._form = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
        self._clock = clock
        self._good_until = _LONG_AGO

    def renew_if_due(self) -> None:
        """Raises ShopError."""
        now = self._clock.now()
        if now < self._good_until:
            return
        self._token.word = ""
        told = self._border.post(PATH, self._form).body
        word = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(word, str) or not word.isascii() or not word.isprintable():
            raise ShopError(f"{PATH} gives no token. Are client_id and client_secret those of the app?")
        lasts = told.get("expires_in")
        self._border.conceal(word)
        self._token.word = word
        self._good_until = now + timedelta(seconds=int(lasts) if isinstance(lasts, int) else 3600) - _EARLY

    def forget(self) -> None:
        """The shop does not take it any more, whatever its time."""
        self._good_until = _LONG_AGO
