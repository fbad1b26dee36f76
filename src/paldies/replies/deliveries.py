"""What became of a message: written down once, and passed on to the campaign it belongs to."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.channels.base import Receipt, Report
from paldies.customers.suppressions import suppress
from paldies.outbox import queue
from paldies.outbox.endings import finish, open_next_legs, reopen
from paldies.outbox.plans import Plans
from paldies.store.schema import attempts, customers, delivery_events, messages


def record(session: Session, message_id: int, report: Report, *, plans: Plans, now: datetime) -> bool:
    """Whether it was news; if the leg did not work out, the next one is opened in the same transaction.

    Reports may come twice, late and in any order: what is final stays, and what comes before it changes
    nothing any more. The order's end does not keep us from learning what became of a message.
    """
    row = _locked(session, message_id)
    if row is None or row["status"] == MessageStatus.SENDING:
        return False  # not settled yet: it is asked for once it is
    is_news = _note(session, row, report, now)
    if not _may_still_change(row):
        return is_news
    _heed_the_customer(session, row, report, now)
    reason = report.kind.reason
    awaited = None if report.kind.is_final or report.ask_after is None else now + report.ask_after
    values: dict[str, Any] = {"look_at": awaited}
    if row["status"] != MessageStatus.SENT:  # it was in doubt, and here is the evidence
        values |= {"status": MessageStatus.SENT.value, "reason": "", "sent_at": row["claimed_at"]}
        values |= {"ended_at": now}
    if reason:
        values |= {"status": MessageStatus.FAILED.value, "reason": reason.value}
        values |= {"note": report.note, "ended_at": now}
    session.execute(update(messages).where(messages.c.id == message_id).values(**values))
    if reason:
        _open_next_leg(session, message_id, row["enrolment_id"], reason, plans=plans, now=now)
    if awaited is None:
        finish(session, [row["enrolment_id"]], now)
    return is_news


def settle(session: Session, message_id: int, receipt: Receipt, *, now: datetime) -> bool:
    """Ends a doubt by what the provider has on record; False if there is none any more."""
    row = _locked(session, message_id)
    if row is None or not _is_in_doubt(row):
        return False
    look_at = None if receipt.ask_after is None else now + receipt.ask_after
    session.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(
            status=MessageStatus.SENT.value,
            reason="",
            note="the provider has it on record",
            receipt=receipt.id,
            sent_at=row["claimed_at"],
            ended_at=now,
            look_at=look_at,
        )
    )
    session.execute(
        update(attempts)
        .where(attempts.c.claim_id == row["claim_id"])
        .values(outcome=MessageStatus.SENT.value, note=receipt.id, ended_at=now)
    )
    if look_at is None:
        finish(session, [row["enrolment_id"]], now)
    return True


def poke(session: Session, attempt_id: str, receipt: str, *, now: datetime) -> bool:
    """A provider says that there is news of an attempt, which proves that it exists: ask for it at once.

    What the news is, is not taken from the call itself, so that it may come twice, late or out of order.
    """
    message_id = session.scalar(select(attempts.c.message_id).where(attempts.c.claim_id == attempt_id))
    if message_id is None:
        return False
    row = _locked(session, message_id)
    if row is None or row["claim_id"] != attempt_id:
        return False
    if _is_in_doubt(row):
        return settle(session, message_id, Receipt(receipt, ask_after=timedelta()), now=now)
    if row["look_at"] is None:
        return False
    session.execute(update(messages).where(messages.c.id == message_id).values(look_at=now))
    return True


def _locked(session: Session, message_id: int) -> RowMapping | None:
    """None of somebody who was forgotten: nothing more is written down of them."""
    wanted = (
        select(messages)
        .join(customers, customers.c.id == messages.c.customer_id)
        .where(messages.c.id == message_id, customers.c.forgotten_at.is_(None))
    )
    return session.execute(wanted.with_for_update(of=messages)).mappings().one_or_none()


def _note(session: Session, row: RowMapping, report: Report, now: datetime) -> bool:
    key = f"{row['channel']}:{report.id}"
    known = session.scalar(select(delivery_events.c.id).where(delivery_events.c.provider_key == key))
    if known is not None:
        return False
    session.execute(
        insert(delivery_events).values(
            message_id=row["id"],
            provider=row["channel"],
            provider_key=key,
            kind=report.kind.value,
            note=report.note,
            happened_at=report.at,
            received_at=now,
        )
    )
    return True


def _may_still_change(row: RowMapping) -> bool:
    return _is_in_doubt(row) or row["status"] == MessageStatus.SENT


def _is_in_doubt(row: RowMapping) -> bool:
    """Still, or so far that it was given up."""
    gave_up = (MessageStatus.FAILED.value, Reason.UNCONFIRMED.value)
    return row["status"] == MessageStatus.UNCONFIRMED or (row["status"], row["reason"]) == gave_up


def _heed_the_customer(session: Session, row: RowMapping, report: Report, now: datetime) -> None:
    """A dead number and a refusal hold for every order that has it."""
    if not (report.address_is_dead or report.wants_no_more):
        return
    address = session.scalar(select(attempts.c.address).where(attempts.c.claim_id == row["claim_id"]))
    if address:
        suppress(
            session,
            address,
            channel=row["channel"],
            reason=report.note or report.kind.sentence,
            source="customer" if report.wants_no_more else "bounce",
            now=now,
        )


def _open_next_leg(
    session: Session, message_id: int, enrolment_id: int, reason: Reason, *, plans: Plans, now: datetime
) -> None:
    waiting = queue.waiting(session, message_id, now)
    campaign = plans.version(session, waiting.plan_version_id)
    leg = queue.leg_after(waiting, campaign, reason, now)
    if leg:
        reopen(session, enrolment_id)  # an e-mail bounces days after everything was said
    open_next_legs(session, [leg] if leg else [])
