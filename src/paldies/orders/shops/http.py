"""The border to shops that are asked over HTTP: a question, its JSON, or what is wrong and what to do."""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

import paldies
from paldies.orders.shops import values
from paldies.orders.shops.base import ShopError

CONNECT_TIMEOUT = 10.0  # seconds
READ_TIMEOUT = 60.0  # seconds without a byte: a small host takes long over a page of a hundred orders
WHOLE_TIMEOUT = 180.0  # seconds for one answer, however slowly its bytes trickle
MOST_BYTES = 16 * 2**20  # of one answer
MOST_PATIENCE = 10.0  # seconds spent waiting in one question, if the shop asks us to wait
_TRIES = 4
_USUAL_WAIT = 2.0  # seconds, where a shop that is too busy does not say how long


def base_url(url: str) -> str:
    """The URL as settings may have it, without a slash at its end.

    Plain http is for this machine only: the key would be read on its way. Raises ShopError.
    """
    written = url.strip() if "://" in url else f"https://{url.strip()}"
    try:
        parts = urlsplit(written)
        host, is_usable = parts.hostname or "", parts.port is None or parts.port > 0
    except ValueError:
        host, is_usable = "", False
    if not host or not is_usable or parts.scheme not in ("https", "http"):
        raise ShopError("url is no web address: write it as https://shop.example.com")
    if parts.username or parts.password:
        raise ShopError("url holds a password: leave it out, keys have settings of their own")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ShopError(f"http://{host}: over http anybody could read the key: write https://{host}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: its JSON, fractions exact; its headers; the next page that its Link header names."""

    body: Any
    headers: Mapping[str, str]
    next_url: str = ""


class Border:
    """One shop's API.

    `remedies` say by HTTP status what to do; 401 and 404 have to be among them. `secrets` are cut out of
    whatever the shop says. Redirects are not followed: they would carry the key to wherever they point.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: AuthBase,
        secrets: tuple[str, ...],
        remedies: Mapping[int, str],
        pause: Callable[[Mapping[str, str]], float] = lambda headers: 0.0,
    ) -> None:
        """`pause`: from an answer's headers, the seconds to wait before the next question."""
        self._url = url
        self._auth = auth
        self._secrets: list[str] = []
        for secret in secrets:
            self.conceal(secret)
        self._remedies = remedies
        self._pause = pause
        self._not_before = 0.0
        self._session = requests.Session()
        # a proxy of the environment leads out, and would look for this machine in vain
        self._session.trust_env = not _is_this_machine(urlsplit(url).hostname or "")
        self._session.headers["User-Agent"] = f"paldies/{paldies.__version__}"
        self._session.headers["Accept"] = "application/json"

    def get(self, path: str, params: Mapping[str, str | int]) -> Reply:
        """Raises ShopError. Waits for some seconds, but no longer, if the shop asks for it."""
        return self._patiently("GET", path, params=dict(params))

    def post(self, path: str, form: Mapping[str, str]) -> Reply:
        """The same with a form; for what does no harm if it is asked twice."""
        return self._patiently("POST", path, data=dict(form))

    def conceal(self, secret: str) -> None:
        """One more that is cut out of what the shop says."""
        self._secrets = sorted({*self._secrets, secret} - {""}, key=len, reverse=True)

    def close(self) -> None:
        self._session.close()

    def _patiently(self, method: str, path: str, **content: Any) -> Reply:
        patience = MOST_PATIENCE
        for tries_left in reversed(range(_TRIES)):
            time.sleep(max(0.0, self._not_before - time.monotonic()))
            response, answer = self._asked(method, path, **content)
            self._not_before = time.monotonic() + min(self._pause(response.headers), MOST_PATIENCE)
            if response.status_code not in (429, 503):
                return self._understood(response, answer)
            wait = _seconds(response.headers.get("Retry-After", ""))
            if wait > patience or not tries_left:
                break
            patience -= wait
            time.sleep(wait)
        raise ShopError(
            f"{self._url}: it is too busy ({response.status_code}) and asks us to wait {wait:g} seconds."
            " It is tried again at the next poll; if this lasts, write a longer poll"
        )

    def _asked(self, method: str, path: str, **content: Any) -> tuple[requests.Response, bytes]:
        # the causes are left out: a library's own text may hold the key
        try:
            with self._session.request(
                method,
                f"{self._url}{path}",
                **content,
                auth=self._auth,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                return response, self._content(response)
        except requests.exceptions.SSLError:
            raise ShopError(
                f"{self._url}: its certificate cannot be trusted. Renew it, or correct url"
            ) from None
        except requests.exceptions.Timeout:
            raise ShopError(
                f"{self._url}: it does not answer in time. Is it up, and may this machine reach it?"
                " It is tried again"
            ) from None
        except (requests.exceptions.RequestException, UnicodeError):
            raise ShopError(
                f"{self._url}: it cannot be reached. Is it up, and is url right? It is tried again"
            ) from None

    def _content(self, response: requests.Response) -> bytes:
        ends_at = time.monotonic() + WHOLE_TIMEOUT
        content = bytearray()
        for chunk in response.iter_content(2**16):
            content += chunk
            if len(content) > MOST_BYTES:
                raise ShopError(f"{self._url}: its answer has over {MOST_BYTES // 2**20} MB. Is url right?")
            if time.monotonic() > ends_at:
                raise requests.exceptions.Timeout
        return bytes(content)

    def _understood(self, response: requests.Response, content: bytes) -> Reply:
        status = response.status_code
        if 300 <= status < 400:
            raise ShopError(self._redirected(response.headers.get("Location", "")))
        try:
            body = values.from_json(content.decode("utf-8-sig"))
        except (values.BadValue, UnicodeDecodeError):
            body = None
        if status == 200 and body is not None:
            return Reply(body, response.headers, response.links.get("next", {}).get("url", ""))
        if status == 200:
            kind = "a web page" if b"<" in content[:1000] else "something else"
            raise ShopError(f"{self._url}: it answers with {kind} and not with JSON. {self._remedies[404]}")
        said = self._clean(_message(body))
        remedy = self._remedies.get(status) or ("It is tried again" if status >= 500 else "Is url right?")
        raise ShopError(f"{self._url}: it answers {status}{f' ({said})' if said else ''}. {remedy}")

    def _redirected(self, location: str) -> str:
        if "login" in location:
            return f"{self._url}: it sends us to a log-in page. {self._remedies[401]}"
        host = location.partition("://")[2].partition("/")[0].rpartition("@")[2]
        place = f"{location.partition('://')[0]}://{host}" if host else "another page"
        return f"{self._url}: it sends us on to {self._clean(place)}. Write the address where it ends as url"

    def _clean(self, said: str) -> str:
        """One short line without secrets and without a full stop."""
        for secret in self._secrets:
            said = said.replace(secret, "***")
        said = values.text(said).rstrip(".")
        return said if len(said) <= 200 else f"{said[:199]}…"


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _seconds(told: str) -> float:
    """A Retry-After; as a date it is taken for the usual time (RFC 9110, 10.2.3)."""
    return float(told) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", told.strip()) else _USUAL_WAIT


def _message(body: Any) -> str:
    """What an API says is wrong: WordPress calls it `message`, Shopify `errors`."""
    if not isinstance(body, Mapping):
        return ""
    said = body.get("message") or body.get("errors") or body.get("error") or ""
    return said if isinstance(said, str) else str(said)
