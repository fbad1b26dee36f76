"""The secrets that links to customers' pages are sealed with: today's, and former ones for a year more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy.orm import Session

from paldies.store.installation import own_row
from paldies.store.tables import Instance

STILL_GOOD = timedelta(
    days=365
)  # an unsubscribe link has to work for 30 days at least (CAN-SPAM, 16 CFR 316)


@dataclass(frozen=True, slots=True)
class Keyring:
    """`former` secrets open what they sealed, `expired` ones only tell that it was ours once."""

    secret: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)
    expired: tuple[bytes, ...] = field(default=(), repr=False)


def keyring(session: Session, now: datetime) -> Keyring:
    """The first secret is made at the first need."""
    row = own_row(session)
    row.secret = row.secret or token_hex(32)
    return _ring(row, now)


def present_keyring(session: Session, now: datetime) -> Keyring:
    """The same for whoever only reads; to be asked once there is one."""
    return _ring(session.get_one(Instance, 1), now)


def rotate(session: Session, now: datetime, *, drop_old: bool) -> None:
    """Seals with a new secret from now on; `drop_old`: what was sealed before opens nothing any more."""
    row = own_row(session)
    until = now if drop_old else now + STILL_GOOD
    known = [
        {**old, "until": min(old["until"], until.isoformat())} if drop_old else old
        for old in row.retired_secrets
    ]
    if row.secret:
        known = [{"secret": row.secret, "until": until.isoformat()}, *known]
    row.retired_secrets, row.secret = known, token_hex(32)


def _ring(row: Instance, now: datetime) -> Keyring:
    def is_good(old: Mapping[str, str]) -> bool:
        return datetime.fromisoformat(old["until"]) > now

    return Keyring(
        bytes.fromhex(row.secret),
        tuple(bytes.fromhex(old["secret"]) for old in row.retired_secrets if is_good(old)),
        tuple(bytes.fromhex(old["secret"]) for old in row.retired_secrets if not is_good(old)),
    )
