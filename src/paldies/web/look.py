"""How the pages look: plain HTML in one frame, with one stylesheet and nothing that runs."""

from base64 import b64encode
from functools import partial
from hashlib import sha256
from importlib.resources import files

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from paldies.replies.regarding import Regarding
from paldies.templates.values import ShopCard
from paldies.web.drawing import pages_in
from paldies.web.phrases import moment, pick, say

_PAGES = pages_in(__package__)
_STYLE = (files(__package__) / "looks/style.css").read_text("utf-8")
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_NOTHING = {"promise": None, "invites_review": False}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class Look:
    """Draws pages for one shop; they show nothing about the customer, as a link may have been forwarded."""

    def __init__(self, shop: ShopCard, locale: str, zone: str) -> None:
        """`locale` (BCP 47) and `zone` (IANA) are the shop's own."""
        self._shop = shop
        self._locale = locale
        self._zone = zone

    def page(
        self,
        name: str,
        request: Request,
        about: Regarding | None = None,
        *,
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """In the language of the message it is about, or else in one that the browser asks for."""
        accepted = request.headers.get("accept-language", "")
        language = pick(about.locales if about else (), accepted, self._locale)
        there = about.zones[0] if about and about.zones else self._zone
        drawn = _PAGES.get_template(f"{name}.html").render(
            language=language,
            say=partial(say, language),
            moment=partial(moment, language, zone=there, home_zone=self._zone),
            shop=self._shop,
            style=Markup(_STYLE),  # noqa: S704 - our own file
            **_NOTHING | values,
        )
        return HTMLResponse(drawn, status, headers={"Content-Language": language})
