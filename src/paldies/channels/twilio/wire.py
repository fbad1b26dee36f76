"""The requests that Twilio's SDK makes, over kept connections, to the host that they are meant for."""

from base64 import b64encode
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.http.response import Response

from paldies.channels.twilio.patience import Patience
from paldies.faults import Point, reach

_TWILIO = "https://api.twilio.com"


class Wire:
    """Takes the place of the SDK's own, which knows no other host and keeps the password it last used."""

    is_async = False

    def __init__(self, base_url: str, *, connections: int, patience: Patience) -> None:
        """`base_url` stands for https://api.twilio.com; empty: that itself. Raises ValueError."""
        self._base_url = base_url.rstrip("/") or _TWILIO
        self._patience = patience
        self._session = requests.Session()
        self._session.trust_env = not _is_this_machine(self._base_url)  # no proxy stands before it
        adapter = HTTPAdapter(pool_maxsize=connections, max_retries=0)  # a second POST is a second call
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """What the SDK calls. Raises requests.RequestException."""
        is_order = method != "GET"
        answer = self._patience.answer if is_order else self._patience.look_up
        if is_order:
            reach(Point.BEFORE_POST)
        response = self._session.request(
            method,
            self._base_url + url.removeprefix(_TWILIO),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=(self._patience.connect, answer),
            allow_redirects=False,
        )
        if is_order:
            reach(Point.AFTER_POST)
        response.encoding = "utf-8"  # RFC 8259 8.1: otherwise it would be guessed from the letters
        return Response(response.status_code, _without(auth, response.text), response.headers)

    def close(self) -> None:
        self._session.close()


def _without(auth: tuple[str, str] | None, said: str) -> str:
    """An answer that repeats what let us in, as a host in between may, is not to be repeated."""
    if auth:
        for secret in (b64encode(":".join(auth).encode()).decode(), auth[1]):
            said = said.replace(secret, "***")
    return said


def _is_this_machine(base_url: str) -> bool:
    parts = urlsplit(base_url)
    try:
        is_here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    if (
        not parts.hostname
        or parts.scheme not in ("http", "https")
        or (parts.scheme == "http" and not is_here)
    ):
        raise ValueError(
            'twilio.base_url must look like "https://api.dublin.ie1.twilio.com": http would show the'
            " auth_token to everyone on the way"
        )
    return is_here
