"""Every message of a simulation, one row each: who would get what, when, and if not, why not."""

import csv
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from paldies.simulation.figures import opened
from paldies.simulation.lives import moment
from paldies.simulation.report import sentence_of

COLUMNS = (
    "shop", "order", "customer", "campaign", "step", "leg", "channel", "locale", "address", "status", "at",
    "reason", "why", "put_off", "cost",
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
 ORDER BY messages.id
"""


def write_csv(database: Path, file: Path) -> int:
    """How many rows; instants are UTC."""
    count = 0
    with opened(database) as played, file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.DictWriter(target, COLUMNS)
        rows.writeheader()
        for row in _messages(played):
            rows.writerow(row)
            count += 1
    return count


def _messages(played: sqlite3.Connection) -> Iterator[Mapping[str, object]]:
    for *known, at, reason, put_off, cost in played.execute(_MESSAGES):
        values = [*known, moment(at).isoformat(), reason, sentence_of(reason), put_off or "", cost]
        yield dict(zip(COLUMNS, map(_harmless, values), strict=True))


def _harmless(value: object) -> object:
    """Names come from outside, and a spreadsheet would run what begins with these."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
