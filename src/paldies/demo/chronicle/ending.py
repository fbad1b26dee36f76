"""What the month came to: what was done, for whom, and what was not and why; the same for the same month."""

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.demo.chronicle.words import CALLED, DONE, readable
from paldies.store.schema import (
    cases,
    customers,
    delivery_events,
    enrolments,
    feedback,
    messages,
    order_events,
    orders,
    staff_tasks,
)

_MOST_REASONS = 9
_NEVER = (MessageStatus.SKIPPED.value, MessageStatus.CANCELLED.value, MessageStatus.FAILED.value)
_CLOSED = (EnrolmentState.DECLINED.value, EnrolmentState.JOINED.value)
_LEFT = messages.c.receipt != ""


def summary(session: Session) -> str:
    """At most 25 lines."""
    return "\n".join(
        [
            *_orders(session),
            "",
            "What was done",
            *_table(_done(session)),
            "",
            "What was not done, and why",
            *_table(_not_done(session)),
        ]
    )


def _orders(session: Session) -> Iterator[str]:
    everything = session.scalar(select(func.count()).select_from(orders)) or 0
    fresh = select(func.count()).where(order_events.c.kind == "order.placed", ~order_events.c.is_history)
    new = session.scalar(fresh) or 0
    said_to = select(func.count(messages.c.customer_id.distinct())).where(_LEFT)
    people = session.scalar(said_to) or 0
    languages = session.scalar(select(func.count(customers.c.locale.distinct()))) or 0
    yield f"{new} orders in a month, and {people} people who heard from the shop, in {languages} languages."
    yield f"The {everything - new} orders from before are history: about those nobody heard anything."


def _done(session: Session) -> Iterator[tuple[int, str]]:
    sent = select(messages.c.step, func.count()).where(messages.c.channel == "email", _LEFT)
    letters = _count(session, sent.group_by(messages.c.step))
    yield letters.total(), f"letters: {_listed(letters, readable)}"
    calls = _count(session, _deliveries("call"))
    yield calls.total(), f"calls by a machine's voice: {_listed(calls, CALLED.__getitem__)}"
    texts = select(func.count()).where(messages.c.channel == "sms", _LEFT)
    yield session.scalar(texts) or 0, "texts, where a call was not possible or did not get through"
    done = select(staff_tasks.c.outcome, func.count()).where(staff_tasks.c.done_at.is_not(None))
    tasks = _count(session, done.group_by(staff_tasks.c.outcome))
    yield tasks.total(), f"calls for Anna to make herself: {_listed(tasks, DONE.__getitem__)}"
    ratings = session.execute(select(func.count(), func.avg(feedback.c.rating))).one()
    yield ratings[0], f"answers to “how was it?”, {ratings[1] or 0:.1f} of 5 on average"
    yield (
        session.scalar(select(func.count()).select_from(cases)) or 0,
        "complaints, of which the shop heard first",
    )


def _not_done(session: Session) -> Iterator[tuple[int, str]]:
    """Each order once for each step and reason, whichever way was tried; the rarest reasons go together."""
    never = select(messages.c.enrolment_id, messages.c.step, messages.c.reason).where(
        messages.c.status.in_(_NEVER), ~_LEFT
    )
    found = {tuple(row) for row in session.execute(never)}
    needless = {(enrolment, step) for enrolment, step, reason in found if reason == Reason.NOT_WANTED}
    reasons = Counter(reason for enrolment, step, reason in found if (enrolment, step) not in needless)
    closed = select(enrolments.c.reason).where(enrolments.c.state.in_(_CLOSED))
    reasons.update(session.scalars(closed))
    by_count = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    for reason, count in by_count[:_MOST_REASONS]:
        yield count, Reason[reason.upper()].sentence
    if rest := sum(count for _, count in by_count[_MOST_REASONS:]):
        yield rest, "Rarer reasons, which `paldies messages why` gives for each"


def _deliveries(channel: str) -> Select[str, int]:
    kinds = select(delivery_events.c.kind, func.count())
    return (
        kinds.join_from(delivery_events, messages, messages.c.id == delivery_events.c.message_id)
        .where(messages.c.channel == channel, delivery_events.c.kind.in_(CALLED))
        .group_by(delivery_events.c.kind)
    )


def _count(session: Session, statement: Select[str, int]) -> Counter[str]:
    return Counter(dict(session.execute(statement).tuples().all()))


def _listed(counts: Counter[str], said: Callable[[str], str]) -> str:
    """The most frequent first."""
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {said(word)}" for word, count in by_count)


def _table(rows: Iterator[tuple[int, str]]) -> Iterator[str]:
    for count, text in rows:
        yield f"  {count:>4}  {text}"
