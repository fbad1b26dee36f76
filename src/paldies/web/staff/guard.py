"""Who may come in: every page behind it needs a session, every form what only its own pages know."""

import hmac
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import FormData

from paldies.settings.people import Member
from paldies.web.forms import read_form
from paldies.web.staff import sessions
from paldies.web.staff.office import Office
from paldies.web.staff.sessions import SESSION_LASTS, SignedIn

_READING = ("GET", "HEAD")
_FIELD = "form_token"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PLAIN, _SECURE = "desk", "__Host-desk"  # the prefix keeps other hosts of the domain from setting it


class NotSignedIn(Exception):
    """Nobody we know."""


class Forged(Exception):
    """A form that was not one of ours, or of a session that has ended since."""


class NotAllowed(Exception):
    """Only an admin does this."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    member: Member
    signed_in: SignedIn
    form_token: str
    form: FormData = field(default_factory=FormData)

    @property
    def name(self) -> str:
        """As colleagues read it."""
        return self.member.name[:1].upper() + self.member.name[1:]

    @property
    def is_admin(self) -> bool:
        return self.member.role == "admin"

    def must_be_admin(self) -> None:
        """Raises NotAllowed."""
        if not self.is_admin:
            raise NotAllowed


class Guard:
    """Stands before every page but the one that signs in."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def admit(self, request: Request) -> Visit:
        """Raises NotSignedIn, Forged, TooMuch, Unavailable."""
        secret = request.cookies.get(self._cookie(request), "")
        now = self._office.now
        signed_in = await self._office.look(sessions.who_is, secret, now=now) if secret else None
        member = self._office.staff.member(signed_in.staff) if signed_in else None
        if signed_in is None or member is None:
            raise NotSignedIn
        token = sessions.form_token(secret)
        if request.method in _READING:
            return Visit(member, signed_in, token)
        refuse_strangers(request)
        form = await read_form(request)
        if not hmac.compare_digest(str(form.get(_FIELD, "")).encode(), token.encode()):
            raise Forged
        await self._office.write(sessions.go_on, signed_in, now=now)
        return Visit(member, signed_in, token, form)

    def let_in(self, response: Response, request: Request, secret: str) -> None:
        """Lax, as a stricter cookie would not come along when a link in a mail is followed to the desk."""
        response.set_cookie(
            self._cookie(request),
            secret,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def let_out(self, response: Response, request: Request) -> None:
        response.delete_cookie(
            self._cookie(request), path="/", secure=self._is_secure(request), httponly=True, samesite="lax"
        )

    def _cookie(self, request: Request) -> str:
        return _SECURE if self._is_secure(request) else _PLAIN

    def _is_secure(self, request: Request) -> bool:
        """Always, but on this machine itself, where there is no TLS."""
        if self._office.public_url.startswith("https://"):
            return True
        return (urlsplit(f"//{request.headers.get('host', '')}").hostname or "") not in _LOOPBACK


def refuse_strangers(request: Request) -> None:
    """A browser says itself where a form was sent from (Fetch Metadata). Raises Forged."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged
