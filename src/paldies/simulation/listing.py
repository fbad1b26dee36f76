"""A simulation as rows for a spreadsheet: every message and its reason, or every difference between two."""

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from paldies.simulation.comparison import Changed
from paldies.simulation.figures import opened
from paldies.simulation.lives import moment
from paldies.simulation.report import sentence_of

COLUMNS = (
    "shop", "order", "customer", "campaign", "step", "leg", "channel", "locale", "address", "status", "at",
    "reason", "why", "put_off", "cost",
)  # fmt: skip
DIFFERENCES = (
    "customer", "order", "campaign", "step", "channel", "before", "after", "locale_before", "locale_after",
    "reworded",
)  # fmt: skip
_MESSAGES = """
SELECT coalesce(orders.shop, ''), coalesce(orders.number, ''), customers.email, messages.campaign,
       messages.step, messages.leg, messages.channel, coalesce(attempts.locale, ''),
       coalesce(attempts.address, ''), messages.status,
       coalesce(messages.sent_at, messages.ended_at, messages.send_at), messages.reason,
       (SELECT group_concat(put_off.reason || ' ' || put_off.times, ', ') FROM put_off
         WHERE put_off.message_id = messages.id),
       coalesce(attempts.cost, 0)
  FROM messages
  JOIN customers ON customers.id = messages.customer_id
  JOIN enrolments ON enrolments.id = messages.enrolment_id
  LEFT JOIN orders ON orders.id = enrolments.order_id
  LEFT JOIN attempts ON attempts.claim_id = messages.claim_id
 ORDER BY messages.created_at, messages.key
"""


def write_csv(database: Path, file: Path) -> None:
    """Instants are UTC."""
    with opened(database) as played:
        _write(file, COLUMNS, _messages(played))


def write_differences(changed: Iterable[Changed], file: Path) -> None:
    """One row for each message; instants are UTC, an empty one says that it is not sent."""
    _write(file, DIFFERENCES, (row for one in changed for row in _differences(one)))


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        written = csv.writer(target)
        written.writerow(columns)
        written.writerows(list(map(_harmless, row)) for row in rows)


def _messages(played: sqlite3.Connection) -> Iterator[Sequence[object]]:
    for *known, at, reason, put_off, cost in played.execute(_MESSAGES):
        yield *known, moment(at).isoformat(), reason, sentence_of(reason), put_off or "", cost


def _differences(one: Changed) -> Iterator[Sequence[object]]:
    for it in one.differences:
        moments = (at.isoformat() if at else "" for at in (it.before, it.after))
        locales = (it.locale_before, it.locale_after)
        reworded = "yes" if it.is_reworded else ""
        yield one.customer, it.order, it.campaign, it.step, it.channel, *moments, *locales, reworded


def _harmless(value: object) -> object:
    """Names come from outside, and a spreadsheet would run what begins with these."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
