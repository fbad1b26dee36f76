"""What a person does to messages: cancel, retry, settle, approve; each change is guarded by the status."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.customers.revision import bump
from paldies.outbox.endings import LIVE, finish
from paldies.store.schema import attempts, enrolments, messages

CHUNK = 200  # messages in one transaction: under 50 ms on SQLite

CANCELLABLE = (MessageStatus.SCHEDULED, MessageStatus.HELD)
SURELY_NOT_SENT = frozenset({Reason.REFUSED, Reason.GAVE_UP, Reason.NOT_REACHED, Reason.NO_CHANNEL})

_SAID_BY_A_PERSON = "a person said so"
_WENT = {MessageStatus.SENT.value, MessageStatus.SENDING.value, MessageStatus.UNCONFIRMED.value}


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one message, in a sentence; if nothing was done, the sentence says why."""

    key: str
    is_done: bool
    sentence: str


def cancel(session: Session, keys: Sequence[str], *, now: datetime) -> list[Handled]:
    """Takes out what has not left yet."""

    def answer(row: RowMapping) -> Handled:
        match MessageStatus(row["status"]):
            case MessageStatus.SENDING:
                return _refused(row, "it is leaving at this moment")
            case MessageStatus.UNCONFIRMED:
                return _refused(row, "it may have left already: `paldies messages settle` it")
            case status if status not in CANCELLABLE:
                return _refused(row, f"it is {status} already")
        changed = _change(
            session,
            row,
            status=MessageStatus.CANCELLED.value,
            reason=Reason.BY_HAND.value,
            ended_at=now,
            parked_at=None,
        )
        return _done(row, "cancelled", changed)

    return _each(session, keys, answer, now=now)


def retry(session: Session, keys: Sequence[str], *, now: datetime) -> list[Handled]:
    """Sends again what surely has not arrived: it failed, or a person had cancelled it.

    At its own moment, if that is still to come.
    """

    def answer(row: RowMapping) -> Handled:
        if objection := _why_not_again(session, row):
            return _refused(row, objection)
        _reopen(session, row)
        # its deadline is counted afresh: a person wants it
        changed = _change(session, row, **_waiting_again(max(now, row["send_at"]), now), expires_at=None)
        return _done(row, "will be tried again", changed)

    return _each(session, keys, answer, now=now)


def settle(session: Session, keys: Sequence[str], *, was_sent: bool, now: datetime) -> list[Handled]:
    """Ends a doubt by what a person has found out: it had left, or it had not and goes again in time."""

    def answer(row: RowMapping) -> Handled:
        gave_up = row["status"] == MessageStatus.FAILED and row["reason"] == Reason.UNCONFIRMED
        if row["status"] != MessageStatus.UNCONFIRMED and not gave_up:
            return _refused(row, f"there is no doubt about it, it is {row['status']}")
        _end_attempt(session, row, MessageStatus.SENT if was_sent else MessageStatus.FAILED)
        if was_sent:
            changed = _change(
                session,
                row,
                status=MessageStatus.SENT.value,
                reason="",
                note=_SAID_BY_A_PERSON,
                sent_at=row["claimed_at"],
                ended_at=now,
            )
            return _done(row, "settled as sent", changed)
        _reopen(session, row)
        changed = _change(session, row, **_waiting_again(now, now))
        return _done(row, "settled as not sent; it goes again unless it is too late", changed)

    return _each(session, keys, answer, now=now)


def approve(session: Session, keys: Sequence[str], *, now: datetime) -> list[Handled]:
    """Lets held messages go on: at their planned moment, or at once if that has passed."""

    def answer(row: RowMapping) -> Handled:
        if row["status"] != MessageStatus.HELD:
            return _refused(row, f"it does not wait for a person, it is {row['status']}")
        values: dict[str, Any] = {"status": MessageStatus.SCHEDULED.value, "reason": "", "note": ""}
        match row["reason"]:
            case Reason.APPROVAL:
                values["approved_at"] = now
            case Reason.UNUSUAL_VOLUME:
                values["is_late_seen"] = False  # or the policy would hold it again
            case Reason.RESTORED | Reason.AFTER_SILENCE:
                values["released_at"] = now
        return _done(row, "goes on", _change(session, row, **values))

    return _each(session, keys, answer, now=now)


def next_keys(
    session: Session, statuses: Collection[MessageStatus], *, campaign: str = "", after: int = 0
) -> list[tuple[int, str]]:
    """Ids and keys of up to CHUNK messages in one of these states, in the order of their ids."""
    wanted = select(messages.c.id, messages.c.key).where(
        messages.c.status.in_([status.value for status in statuses]), messages.c.id > after
    )
    if campaign:
        wanted = wanted.where(messages.c.campaign == campaign)
    return [(row.id, row.key) for row in session.execute(wanted.order_by(messages.c.id).limit(CHUNK))]


def _each(
    session: Session, keys: Sequence[str], answer: Callable[[RowMapping], Handled], *, now: datetime
) -> list[Handled]:
    """Asks about each message under the lock that claims take, too: the customer's row."""
    customers = session.scalars(select(messages.c.customer_id).where(messages.c.key.in_(keys)).distinct())
    bump(session, customers.all())
    found = {
        row["key"]: row
        for row in session.execute(select(messages).where(messages.c.key.in_(keys))).mappings()
    }
    handled = [
        answer(found[key])
        if key in found
        else Handled(key, is_done=False, sentence="there is no such message")
        for key in dict.fromkeys(keys)
    ]
    finish(session, {found[one.key]["enrolment_id"] for one in handled if one.is_done}, now)
    return handled


def _why_not_again(session: Session, row: RowMapping) -> str:
    """Empty if trying again can harm nobody."""
    status, reason = MessageStatus(row["status"]), row["reason"]
    if status is MessageStatus.UNCONFIRMED or reason == Reason.UNCONFIRMED:
        return "it may have arrived: find out, then `paldies messages settle` it with --sent or --not-sent"
    if status is MessageStatus.SKIPPED and reason != Reason.BY_HAND:
        return f"it was left out by a rule ({_sentence(reason)}), which would leave it out again"
    if status is MessageStatus.CANCELLED and reason != Reason.BY_HAND:
        return f"it was cancelled for a cause that stands: {_sentence(reason)}"
    if status is MessageStatus.FAILED and reason not in SURELY_NOT_SENT:
        return f"it is not sure that it never arrived: {_sentence(reason)}"
    if status not in (MessageStatus.FAILED, MessageStatus.CANCELLED, MessageStatus.SKIPPED):
        return f"it is {status}"
    passage = session.execute(select(enrolments).where(enrolments.c.id == row["enrolment_id"])).mappings()
    state = passage.one()
    if state["state"] == EnrolmentState.STOPPED:
        return f"its campaign has ended for this order: {_sentence(state['reason'])}"
    later = select(messages.c.channel).where(
        messages.c.enrolment_id == row["enrolment_id"], messages.c.step == row["step"]
    )
    took_over = later.where(messages.c.leg > row["leg"], messages.c.status.in_((*LIVE, *_WENT)))
    if channel := session.scalar(took_over.limit(1)):
        return f"{channel} has taken over from it"
    return ""


def _sentence(reason: str) -> str:
    return Reason[reason.upper()].sentence


def _waiting_again(send_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "status": MessageStatus.SCHEDULED.value,
        "reason": Reason.TRY_AGAIN.value,
        "note": _SAID_BY_A_PERSON,
        "send_at": send_at,
        "released_at": now,
        "ended_at": None,
        "claim_id": None,
    }


def _reopen(session: Session, row: RowMapping) -> None:
    """The passage goes on, if it had nothing left to say."""
    session.execute(
        update(enrolments)
        .where(enrolments.c.id == row["enrolment_id"], enrolments.c.state == EnrolmentState.FINISHED.value)
        .values(state=EnrolmentState.OPEN.value, ended_at=None)
    )


def _end_attempt(session: Session, row: RowMapping, outcome: MessageStatus) -> None:
    session.execute(
        update(attempts)
        .where(attempts.c.claim_id == row["claim_id"])
        .values(outcome=outcome.value, note=_SAID_BY_A_PERSON)
    )


def _change(session: Session, row: RowMapping, **values: Any) -> bool:
    """False if the message has moved on since it was read."""
    changed = session.scalars(
        update(messages)
        .where(messages.c.id == row["id"], messages.c.status == row["status"])
        .values(values)
        .returning(messages.c.id)
    )
    return changed.first() is not None


def _done(row: RowMapping, sentence: str, changed: bool) -> Handled:
    if not changed:
        return _refused(row, "it has just moved on; look again")
    return Handled(row["key"], is_done=True, sentence=sentence)


def _refused(row: RowMapping, why: str) -> Handled:
    return Handled(row["key"], is_done=False, sentence=why)
