"""What mail servers and providers report of an e-mail, written down for the message that it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import MessageStatus, Purpose
from paldies.channels.base import Report
from paldies.channels.email.channel import TRAITS
from paldies.channels.email.returned.notice import Notice, Returned, Verdict
from paldies.customers.suppressions import suppress
from paldies.outbox.links import Links
from paldies.outbox.marks import marked
from paldies.outbox.plans import Plans
from paldies.replies import deliveries, reputation
from paldies.store.schema import attempts, delivery_events, messages

EMAIL = TRAITS.name
SOFT_TIMES = 3  # so many messages given up …
SOFT_WITHIN = timedelta(days=7)  # … within this time, and
SOFT_SPREAD = timedelta(days=1)  # … not all in one bad day, and the mailbox counts as dead

_KINDS = {
    Verdict.HARD: DeliveryKind.BOUNCED,
    Verdict.SOFT: DeliveryKind.BOUNCED,
    Verdict.OURS: DeliveryKind.FAILED,
    Verdict.DELAYED: DeliveryKind.DEFERRED,
    Verdict.DELIVERED: DeliveryKind.DELIVERED,
    Verdict.COMPLAINT: DeliveryKind.COMPLAINED,
}
_LONGEST_NOTE = 300  # characters


class NotYet(Exception):
    """The message is just leaving, and its answer not written down: to be taken in a moment later."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one notice; all empty and zero if it is about nothing of ours."""

    message_id: int | None = None
    kinds: tuple[DeliveryKind, ...] = ()  # what was news
    stopped: str = ""  # why no e-mail is sent from now on, if this has tipped the scales


def take_in(session: Session, notice: Notice, *, links: Links, plans: Plans, now: datetime) -> Taken:
    """Writes down what a notice says of our message, once however often it comes. Raises NotYet.

    A notice that carries no mark of ours changes nothing: whoever can write to a mailbox, or knows an
    address, could otherwise have it silenced.
    """
    message_id = _message_of(notice, links)
    if message_id is None or not (address := _address_of(session, message_id)):
        return Taken()
    news = []
    for told in _about(notice.returned, address):
        kind = _KINDS[told.verdict]
        at = min(notice.at or now, now)
        report = Report(kind, id=f"{message_id} {kind.value}", at=at, note=_note(told))
        if deliveries.record(session, message_id, report, plans=plans, now=now):
            news.append(kind)
        _heed(session, told, message_id, address, at=at, now=now)
    stopped = reputation.watch(session, now) if news else ""
    return Taken(message_id, tuple(news), stopped)


def _message_of(notice: Notice, links: Links) -> int | None:
    """By the address that it came back to, else by the one message that it returns."""
    local_parts = (address.partition("@")[0] for address in notice.sent_to)
    for one in (name.rpartition("+")[2] for name in local_parts):
        if (message_id := marked(one, links)) is not None:
            return message_id
    returned = {marked(one.partition("@")[0], links) for one in notice.message_ids} - {None}
    return returned.pop() if len(returned) == 1 else None


def _address_of(session: Session, message_id: int) -> str | None:
    """Where the last try went; none if nothing has left under this number, or to somebody forgotten since.

    Raises NotYet.
    """
    row = session.execute(
        select(messages.c.status, messages.c.claim_id)
        .where(messages.c.id == message_id, messages.c.channel == EMAIL)
        .with_for_update()
    ).one_or_none()
    if row is None or row.claim_id is None:
        return None
    if row.status == MessageStatus.SENDING:
        raise NotYet
    address: str | None = session.scalar(
        select(attempts.c.address).where(attempts.c.claim_id == row.claim_id)
    )
    return address


def _about(told: Sequence[Returned], address: str) -> Iterator[Returned]:
    """What is said of our address; of another that it was passed on to, soft at most."""
    meant = [one for one in told if one.recipient.lower() == address]
    if meant:
        yield from meant
        return
    for one in told[:1]:
        verdict = Verdict.SOFT if one.verdict is Verdict.HARD else one.verdict
        yield Returned(one.recipient, verdict, one.code, one.text)


def _heed(
    session: Session, told: Returned, message_id: int, address: str, *, at: datetime, now: datetime
) -> None:
    if told.verdict is Verdict.COMPLAINT:
        suppress(
            session,
            address,
            purpose=Purpose.PROMOTIONAL.value,
            reason="called a message of ours spam",
            source="complaint",
            now=now,
        )
    elif told.verdict is Verdict.HARD:
        _suppress(session, address, _note(told) or "the mailbox does not exist", now=now)
    elif told.verdict is Verdict.SOFT and _is_worn_out(session, message_id, address, at):
        _suppress(session, address, f"{SOFT_TIMES} messages came back within a week", now=now)


def _suppress(session: Session, address: str, reason: str, *, now: datetime) -> None:
    suppress(session, address, channel=EMAIL, reason=reason, source="bounce", now=now)


def _is_worn_out(session: Session, message_id: int, address: str, at: datetime) -> bool:
    """Whether messages to this address came back too often lately; each counts once."""
    customer = select(messages.c.customer_id).where(messages.c.id == message_id).scalar_subquery()
    came_back = session.scalars(
        select(func.min(delivery_events.c.happened_at))
        .join_from(delivery_events, messages, messages.c.id == delivery_events.c.message_id)
        .join(attempts, attempts.c.claim_id == messages.c.claim_id)
        .where(messages.c.customer_id == customer, attempts.c.address == address)
        .where(delivery_events.c.kind == DeliveryKind.BOUNCED.value)
        .where(delivery_events.c.happened_at > at - SOFT_WITHIN)
        .group_by(messages.c.id)
    ).all()
    return len(came_back) >= SOFT_TIMES and max(came_back) - min(came_back) >= SOFT_SPREAD


def _note(told: Returned) -> str:
    """Without the address itself: what happened to it is kept longer than it may be known whose it was."""
    text = f"{told.code} {told.text}".strip() if told.code not in told.text else told.text
    return text.replace(told.recipient, "…")[:_LONGEST_NOTE] if told.recipient else text[:_LONGEST_NOTE]
