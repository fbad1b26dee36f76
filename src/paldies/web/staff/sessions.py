"""Who is signed in: links that work once, and the sessions that they begin."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from paldies.store.schema import desk_links, desk_sessions

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=14)  # from the last thing that was done
MOST_LINKS = 3  # to one person by mail, while the first of them works
_BYTES = 24  # of chance in a token: 192 bits
_KEPT = timedelta(days=30)  # what has ended is of no use to anybody


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser's session."""

    id: int
    staff: str
    expires_at: datetime


def make_link(session: Session, staff: str, *, now: datetime) -> str:
    """A token that signs this person in once, within 15 minutes; only its hash is kept."""
    token = token_urlsafe(_BYTES)
    session.execute(delete(desk_links).where(desk_links.c.expires_at < now - _KEPT))
    session.execute(delete(desk_sessions).where(desk_sessions.c.expires_at < now - _KEPT))
    session.execute(
        insert(desk_links).values(
            token_hash=_hashed(token), staff=staff, made_at=now, expires_at=now + LINK_LASTS
        )
    )
    return token


def may_have_link(session: Session, staff: str, *, now: datetime) -> bool:
    """Nobody's mailbox is filled with links by whoever knows their address."""
    lately = desk_links.c.staff == staff, desk_links.c.made_at > now - LINK_LASTS
    made = session.scalar(select(func.count()).select_from(desk_links).where(*lately)) or 0
    return made < MOST_LINKS


def letter_with(address: str, staff: str) -> tuple[str, str]:
    """Subject and text of the mail that carries a link."""
    return "Your link to the desk", (
        f"Good day, {staff}.\n\nThis link opens the desk, once, within 15 minutes:\n\n{address}\n\n"
        "If you have not asked for it, leave it alone.\n"
    )


def whose_link(session: Session, token: str, *, now: datetime) -> str:
    """Who it would sign in; empty if nobody, or no more. Changes nothing: mail scanners open every link."""
    wanted = select(desk_links.c.staff).where(desk_links.c.token_hash == _hashed(token))
    return session.scalar(wanted.where(desk_links.c.used_at.is_(None), desk_links.c.expires_at > now)) or ""


def use_link(session: Session, token: str, *, now: datetime) -> tuple[str, str]:
    """Who is signed in now, and the secret of their cookie; twice empty if the link does not work any more.

    Of two who use it at once, one does.
    """
    used = (
        update(desk_links)
        .where(desk_links.c.token_hash == _hashed(token))
        .where(desk_links.c.used_at.is_(None), desk_links.c.expires_at > now)
        .values(used_at=now)
        .returning(desk_links.c.staff)
    )
    staff = session.scalars(used).first()
    if staff is None:
        return "", ""
    secret = token_urlsafe(_BYTES)
    session.execute(
        insert(desk_sessions).values(
            token_hash=_hashed(secret), staff=staff, began_at=now, expires_at=now + SESSION_LASTS
        )
    )
    return staff, secret


def who_is(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Whose cookie this is."""
    row = session.execute(
        select(desk_sessions.c.id, desk_sessions.c.staff, desk_sessions.c.expires_at)
        .where(desk_sessions.c.token_hash == _hashed(secret))
        .where(desk_sessions.c.ended_at.is_(None), desk_sessions.c.expires_at > now)
    ).first()
    return SignedIn(row.id, row.staff, row.expires_at) if row else None


def go_on(session: Session, signed_in: SignedIn, *, now: datetime) -> None:
    """Whoever is at work need not sign in again; written once a day at most."""
    if signed_in.expires_at < now + SESSION_LASTS - timedelta(days=1):
        session.execute(
            update(desk_sessions)
            .where(desk_sessions.c.id == signed_in.id)
            .values(expires_at=now + SESSION_LASTS)
        )


def sign_out(session: Session, session_id: int, *, now: datetime) -> None:
    session.execute(_OPEN.where(desk_sessions.c.id == session_id).values(ended_at=now))


def sign_out_everywhere(session: Session, staff: str, *, now: datetime) -> int:
    """How many sessions that ended; links that nobody has used yet end as well."""
    unused = desk_links.c.staff == staff, desk_links.c.used_at.is_(None)
    session.execute(update(desk_links).where(*unused).values(used_at=now))
    open_ones = _OPEN.where(desk_sessions.c.staff == staff, desk_sessions.c.expires_at > now)
    ended = session.scalars(open_ones.values(ended_at=now).returning(desk_sessions.c.id))
    return len(ended.all())


def form_token(secret: str) -> str:
    """What every form of a session carries; who does not have the cookie cannot make it."""
    return hmac.new(secret.encode(), b"desk form", hashlib.sha256).hexdigest()[:32]


def _hashed(token: str) -> str:
    """Unsalted: 192 bits of chance cannot be looked up in a table."""
    return hashlib.sha256(token.encode()).hexdigest()


_OPEN = update(desk_sessions).where(desk_sessions.c.ended_at.is_(None))
