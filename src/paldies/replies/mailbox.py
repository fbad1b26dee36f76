"""Looks into the mailbox that bounces come to, a few mails at a time, each once."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.channels.email.imap import Imap, Mail, MailboxError, Position
from paldies.channels.email.returned.notice import Notice
from paldies.channels.email.returned.reading import read
from paldies.clock import Clock
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.replies.bounces import NotYet, Taken, take_in
from paldies.store.database import Database
from paldies.store.schema import mailboxes

log = structlog.get_logger(__name__)

LOOK_EVERY = 60  # seconds
TELL_AFTER = timedelta(hours=1)  # of a mailbox that cannot be read


class Staff(Protocol):
    def tell(self, topic: str, sentence: str) -> None: ...


class BounceMailbox:
    """One mailbox; that it cannot be read costs nothing else, and is told to staff when it lasts."""

    def __init__(
        self, imap: Imap, *, database: Database, links: Links, plans: Plans, clock: Clock, staff: Staff
    ) -> None:
        self._imap = imap
        self._database = database
        self._links = links
        self._plans = plans
        self._clock = clock
        self._staff = staff

    async def look(self) -> None:
        """Takes in what is new; what could not be dealt with yet is what the next look begins with."""
        position = await self._database.read(position_of, self._imap.name)
        try:
            mails = await asyncio.to_thread(self._imap.after, position)
            await self._database.run(_note_reading, self._imap.name)
            done = [mail for mail in mails if mail.content]
            for number, mail in enumerate(mails):
                if not await self._take(mail):
                    done = [one for one in mails[:number] if one.content]
                    break
            await asyncio.to_thread(self._imap.move, done)
        except MailboxError as error:
            await self._tell(error)

    async def _take(self, mail: Mail) -> bool:
        """False if it is to be taken in later."""
        try:
            notice = await asyncio.to_thread(read, mail.content)
            taken = await self._database.run(self._write_down, mail, notice)
        except (NotYet, OperationalError):  # the database's trouble is not the mail's
            return False
        except Exception as error:
            log.exception("a mail could not be taken in", uid=mail.position.last_uid)
            await self._database.run(_move_on, self._imap.name, mail.position, is_ours=False)
            what = f"A mail in {self._imap.name} (UID {mail.position.last_uid}) could not be taken in"
            self._staff.tell("bounce mail", f"{what}: {type(error).__name__}. Look at it yourself.")
            return True
        tell(taken, self._staff)
        return True

    def _write_down(self, session: Session, mail: Mail, notice: Notice) -> Taken:
        """What it says, and that it was read: both or neither."""
        taken = take_in(session, notice, links=self._links, plans=self._plans, now=self._clock.now())
        _move_on(session, self._imap.name, mail.position, is_ours=taken.message_id is not None)
        return taken

    async def _tell(self, error: MailboxError) -> None:
        now = self._clock.now()
        since = await self._database.run(_note_failure, self._imap.name, str(error), now=now)
        log.warning("the mailbox for bounces cannot be read", mailbox=self._imap.name, why=str(error))
        if now - since >= TELL_AFTER:
            self._staff.tell(
                "bounce mailbox",
                f"Bounces have not been read for {TELL_AFTER.seconds // 3600} h and more: {error}. "
                "See url in [email.bounces], and paldies check.",
            )


def tell(taken: Taken, staff: Staff) -> None:
    """Logs what has come back, and tells staff where it has stopped all e-mail."""
    for kind in taken.kinds:
        log.info(kind.value, message=taken.message_id)
    if taken.stopped:
        staff.tell(
            "e-mail stopped",
            f"No e-mail is sent any more: {taken.stopped}. Find out why (paldies messages list), as mail "
            "servers stop taking any from senders like that; then: paldies resume",
        )


def position_of(session: Session, name: str) -> Position:
    row = session.execute(
        select(mailboxes.c.uid_validity, mailboxes.c.last_uid).where(mailboxes.c.name == name)
    ).one_or_none()
    return Position(row.uid_validity, row.last_uid) if row else Position()


def _move_on(session: Session, name: str, position: Position, *, is_ours: bool) -> None:
    session.execute(
        update(mailboxes)
        .where(mailboxes.c.name == name)
        .values(
            uid_validity=position.uid_validity,
            last_uid=position.last_uid,
            foreign_mails=mailboxes.c.foreign_mails + (0 if is_ours else 1),
        )
    )


def _note_reading(session: Session, name: str) -> None:
    known = session.execute(
        select(mailboxes.c.failing_since).where(mailboxes.c.name == name).with_for_update()
    ).one_or_none()
    if known is None:
        _begin(session, name)
    elif known.failing_since:
        session.execute(
            update(mailboxes).where(mailboxes.c.name == name).values(failing_since=None, error="")
        )


def _note_failure(session: Session, name: str, why: str, *, now: datetime) -> datetime:
    """Since when it cannot be read."""
    known = session.execute(
        select(mailboxes.c.failing_since).where(mailboxes.c.name == name).with_for_update()
    ).one_or_none()
    if known is None:
        _begin(session, name)
    since = known.failing_since if known and known.failing_since else now
    session.execute(update(mailboxes).where(mailboxes.c.name == name).values(failing_since=since, error=why))
    return since


def _begin(session: Session, name: str) -> None:
    session.execute(
        insert(mailboxes).values(name=name, uid_validity=0, last_uid=0, foreign_mails=0, error="")
    )
