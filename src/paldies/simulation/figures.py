"""Counts what a simulation left in its database."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from paldies.outbox.rate import Rate
from paldies.settings import Settings
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.house import rates_of
from paldies.simulation.lives import Lives, read_lives
from paldies.simulation.report import (
    BusyHour,
    Day,
    PutOff,
    Report,
    Sent,
    Silence,
    StayedOut,
    Weekday,
    sentence_of,
)
from paldies.simulation.span import Span

BUSIEST = 3  # hours of each channel

_SENT = """
SELECT messages.campaign, messages.step, messages.channel, attempts.locale, count(*), sum(attempts.cost)
  FROM messages JOIN attempts ON attempts.claim_id = messages.claim_id
 WHERE messages.sent_at IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 5 DESC, 4
"""
_NOT_SENT = """
SELECT campaign, step, channel, status, reason, count(*) FROM messages
 WHERE sent_at IS NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 1, 2, 3, 4, 5
"""
_IN_VAIN = """
SELECT campaign, step, channel, status, reason, count(*) FROM messages
 WHERE sent_at IS NOT NULL AND status <> 'sent' GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 1, 2, 3, 4, 5
"""
_PUT_OFF = """
SELECT messages.channel, put_off.reason, count(*), sum(put_off.times), count(messages.sent_at)
  FROM put_off JOIN messages ON messages.id = put_off.message_id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
_STAYED_OUT = """
SELECT campaign, state, reason, count(*) FROM enrolments
 WHERE reason <> '' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""


def read_report(
    database: Path,
    *,
    zone: ZoneInfo,
    span: Span,
    behaviour: Behaviour,
    currency: str,
    capacities: Mapping[str, float],
) -> Report:
    """`capacities`: messages that a channel's rate allows in an hour."""
    with opened(database) as played:
        lives = read_lives(played, zone)
        return Report(
            began_at=span.begins_at,
            ended_at=span.ends_at,
            time_zone=zone.key,
            look_every_seconds=span.look_every.total_seconds(),
            orders=_count(played, "orders"),
            customers=_count(played, "customers"),
            customers_written_to=lives.customers,
            currency=currency,
            bounce_rate=behaviour.bounce_rate,
            no_answer_rate=behaviour.no_answer_rate,
            rates_from=behaviour.source,
            seed=behaviour.seed,
            sent=[
                Sent(campaign, step, channel, locale, count, Decimal(str(cost or 0)))
                for campaign, step, channel, locale, count, cost in played.execute(_SENT)
            ],
            silences=list(_silences(played, _NOT_SENT)),
            in_vain=list(_silences(played, _IN_VAIN)),
            put_off=[
                PutOff(channel, reason, sentence_of(reason), *counts)
                for channel, reason, *counts in played.execute(_PUT_OFF)
            ],
            stayed_out=[
                StayedOut(campaign, state, reason, sentence_of(reason), count)
                for campaign, state, reason, count in played.execute(_STAYED_OUT)
            ],
            busiest_hours=_busiest(lives, capacities),
            hours=dict(lives.hours),
            days=_days(lives),
            weekdays=_weekdays(lives),
            longest_silence=lives.longest_silence,
            most_crowded_week=lives.most_crowded_week,
        )


def capacities_of(settings: Settings) -> dict[str, float]:
    """What each channel's rate allows in an hour."""
    return {name: Rate(rate).per_second * 3600 for name, rate in rates_of(settings).items()}


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """Beside SQLAlchemy, which would make an object of each of a million rows."""
    with closing(sqlite3.connect(database)) as connection:
        yield connection


def _count(played: sqlite3.Connection, table: str) -> int:
    count: int = played.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of ours
    return count


def _silences(played: sqlite3.Connection, wanted: str) -> Iterator[Silence]:
    for campaign, step, channel, status, reason, count in played.execute(wanted):
        sentence = sentence_of(reason) or "It still waits for its moment"
        yield Silence(campaign, step, channel, status, reason, sentence, count)


def _busiest(lives: Lives, capacities: Mapping[str, float]) -> list[BusyHour]:
    busiest = []
    for channel in sorted(lives.hours):
        hours = [(count, begins_at) for (name, begins_at), count in lives.by_hour.items() if name == channel]
        top = sorted(hours, key=lambda hour: (-hour[0], hour[1]))[:BUSIEST]
        busiest += [BusyHour(channel, at, count, capacities[channel]) for count, at in top]
    return busiest


def _days(lives: Lives) -> list[Day]:
    """Every day between the first and the last, also those on which nothing left."""
    if not lives.by_day:
        return []
    first, last = min(lives.by_day), max(lives.by_day)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [Day(on, dict(lives.by_day.get(on, {})), lives.cost_of_day.get(on, Decimal(0))) for on in days]


def _weekdays(lives: Lives) -> list[Weekday]:
    averages = []
    days: Sequence[Day] = _days(lives)
    for number in range(7):
        those = [day for day in days if day.on.weekday() == number]
        if those:
            messages = sum(sum(day.messages.values()) for day in those) / len(those)
            averages.append(Weekday(number, messages, sum((d.cost for d in those), Decimal(0)) / len(those)))
    return averages
