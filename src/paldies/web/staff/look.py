"""How the desk looks: pages in one frame, with one stylesheet and one small script of our own."""

import re
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote, unquote

from fastapi import Request, Response
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from paldies.reports import sentences
from paldies.web.drawing import pages_in
from paldies.web.staff.guard import Visit
from paldies.web.staff.office import Office

_LOOKS = files(__package__) / "looks"
_STYLE = (_LOOKS / "desk.css").read_text("utf-8")
SCRIPT = (_LOOKS / "desk.js").read_text("utf-8")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self';"
        f" style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
# A letter is shown in a frame of its own: it may show pictures, and run nothing, and lead nowhere.
LETTER = HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; sandbox; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
_PLACE = re.compile(r"^\d+_")  # of a step among its campaign's others
_SAID = "desk_said"
_LONGEST = 900  # bytes of a cookie that carries one sentence


class Look:
    """Draws the pages of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def page(
        self,
        name: str,
        request: Request,
        visit: Visit | None = None,
        *,
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        office = self._office
        said = unquote(request.cookies.get(_SAID, ""))
        drawn = _PAGES.get_template(f"{name}.html").render(
            visit=visit,
            may_mail_links=office.may_mail_links,
            shop=office.app.shop,
            is_rehearsal=office.is_rehearsal,
            said=said,
            style=Markup(_STYLE),  # noqa: S704 - our own file
            now=office.now,
            here=self.here,
            waits=self.waits,
            **values,
        )
        page = HTMLResponse(drawn, status)
        if said:
            page.delete_cookie(_SAID, path="/desk", httponly=True, samesite="lax")
        return page

    def here(self, at: datetime | None) -> str:
        """`9:05` today, `Tue 9:05` within the week, else `3 May 9:05`: on the shop's clock."""
        if at is None:
            return ""
        local, now = at.astimezone(self._office.zone), self._office.now.astimezone(self._office.zone)
        hour = f"{local.hour}:{local:%M}"
        if local.date() == now.date():
            return hour
        if abs((local.date() - now.date()).days) < 6:
            return f"{local:%a} {hour}"
        year = "" if local.year == now.year else f" {local.year}"
        return f"{local.day} {local:%b}{year} {hour}"

    def waits(self, since: datetime) -> str:
        """`5 min`, `3 h`, `2 days`: for how long somebody has waited, in whole ones."""
        minutes = max(0, int((self._office.now - since).total_seconds()) // 60)
        if minutes < 60:
            return f"{minutes}\u00a0min"
        return f"{minutes // 60}\u00a0h" if minutes < 48 * 60 else f"{minutes // (24 * 60)}\u00a0days"


def go_to(path: str, *, saying: str = "") -> Response:
    """On to a page after something was done, with a sentence about it on top."""
    response = RedirectResponse(path, 303)
    if saying:
        said = (
            quote(saying)[:_LONGEST].rpartition("%20")[0] if len(quote(saying)) > _LONGEST else quote(saying)
        )
        response.set_cookie(_SAID, said, max_age=60, path="/desk", httponly=True, samesite="lax")
    return response


def _worded(word: object) -> str:
    """`no answer` for no_answer, `thank you` for 3_thank_you."""
    return _PLACE.sub("", str(word)).replace("_", " ")


_PAGES = pages_in(__package__)
_PAGES.filters["worded"] = _worded
_PAGES.globals["sentences"] = sentences
