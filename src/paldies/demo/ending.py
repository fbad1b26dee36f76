"""What the month came to, by campaign, step, channel and outcome: the same text for the same month."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EnrolmentState
from paldies.reports.summary import Line, by_step
from paldies.store.schema import customers, enrolments, order_events, orders

_OUT = (EnrolmentState.DECLINED.value, EnrolmentState.JOINED.value, EnrolmentState.STOPPED.value)


def summary(session: Session) -> str:
    lines = by_step(session)
    return "\n".join(
        [
            *_orders(session),
            "",
            "What was sent, and what was not",
            *_table(("campaign", "step", "channel", "outcome", "count"), _steps(lines)),
            "",
            "Orders that did not enter a campaign, shared one, or left it",
            *_table(("campaign", "what", "why", "count"), _passages(session)),
            "",
            "The reasons",
            *_reasons(session, lines),
        ]
    )


def _orders(session: Session) -> Iterator[str]:
    everything = session.scalar(select(func.count()).select_from(orders)) or 0
    people = session.scalar(select(func.count()).select_from(customers)) or 0
    new = select(func.count()).where(order_events.c.kind == "order.placed", ~order_events.c.is_history)
    fresh = session.scalar(new) or 0
    yield f"{fresh} orders came in, after {everything - fresh} from before; {people} customers in all."
    yield "Nobody was written to about an order from before: that is history."


def _steps(lines: Iterable[Line]) -> list[tuple[str, ...]]:
    return [
        (line.campaign, line.step, line.channel, _outcome(line.outcome, line.reason), str(line.count))
        for line in lines
    ]


def _passages(session: Session) -> list[tuple[str, ...]]:
    groups = (enrolments.c.campaign, enrolments.c.state, enrolments.c.reason)
    found = session.execute(
        select(*groups, func.count()).where(enrolments.c.state.in_(_OUT)).group_by(*groups).order_by(*groups)
    )
    return [(row[0], row[1], row[2], str(row[3])) for row in found]


def _reasons(session: Session, lines: Iterable[Line]) -> Iterator[str]:
    words = {line.reason for line in lines if line.reason}
    words |= {row[2] for row in _passages(session) if row[2]}
    width = max(map(len, words), default=0)
    for word in sorted(words):
        yield f"  {word:<{width}}  {Reason[word.upper()].sentence}"


def _outcome(status: str, reason: str) -> str:
    return f"{status}: {reason}" if reason else status


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as they need to be; the last one is a number, and set to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [f"{cell:<{width}}" for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        yield f"  {'  '.join(cells)}  {row[-1]:>{widths[-1]}}"
