"""What was sent can be read for a time, and takes no room for ever."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind
from paldies.outbox.planning import plan_new_events
from paldies.outbox.retention import A_ROUND, CHUNK, forget_some, horizon
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import attempts, delivery_events, messages, sending_hours
from paldies.store.tables import Attempt, DeliveryEvent, SendingHour
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

DAY = timedelta(days=1)
KEEP = 400 * DAY


@pytest.fixture
def message(database: Database) -> int:
    """The row of a message to Alice."""
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED)
        plan_new_events(session, plans(), RIGA, now=NOON)
        return session.scalars(select(messages.c.id)).first() or 0


def tried(message: int, number: int, days_ago: float, *, content: bytes | None = b"Dear Alice") -> Attempt:
    at = NOON - days_ago * DAY
    return Attempt(
        message_id=message, claim_id=f"c{number}", address="alice@example.com", started_at=at, content=content
    )


def reported(message: int, number: int, days_ago: float) -> DeliveryEvent:
    at = NOON - days_ago * DAY
    return DeliveryEvent(
        message_id=message, provider="smtp", provider_key=f"p{number}", kind="bounced",
        happened_at=at, received_at=at,
    )  # fmt: skip


def forget(session: Session, now: datetime, *, keep: timedelta = KEEP) -> bool:
    """The first transaction of a round."""
    return forget_some(session, horizon(session, now, keep=keep))


def test_texts_and_reports_go_after_their_time_and_the_tries_stay(database: Database, message: int) -> None:
    with database.session() as session:
        session.add_all([tried(message, 1, 401), tried(message, 2, 399), tried(message, 3, 0)])
        session.add_all([reported(message, 1, 401), reported(message, 2, 399)])
        session.add_all([SendingHour(hour=NOON - days * DAY, messages=1) for days in (1, 27, 99)])

    there_may_be_more = database.now(forget, NOON)

    with database.session() as session:
        kept = dict(session.execute(select(attempts.c.claim_id, attempts.c.content)).all())
        reports = session.scalars(select(delivery_events.c.provider_key)).all()
        hours = session.scalar(select(func.count()).select_from(sending_hours))
    assert kept == {"c1": None, "c2": b"Dear Alice", "c3": b"Dear Alice"}
    assert reports == ["p2"]
    assert hours == 2
    assert not there_may_be_more


def test_much_goes_in_pieces(database: Database, message: int) -> None:
    with database.session() as session:
        session.add_all(tried(message, number, 500) for number in range(CHUNK + 20))

    first, second = (database.now(forget, NOON) for _ in range(2))

    left = select(func.count()).select_from(attempts).where(attempts.c.content.is_not(None))
    assert (first, second) == (True, False)
    assert database.look(lambda session: session.scalar(left)) == 0


@pytest.mark.parametrize("error", [730 * DAY, 30_000 * DAY], ids=["two years", "for ever"])
def test_a_clock_that_is_years_ahead_for_a_while_costs_the_texts_of_some_hours(
    database: Database, message: int, error: timedelta
) -> None:
    rounds, days = 6, 60  # an hour of real time; what the house has sent so far, one an hour
    with database.session() as session:
        session.add_all(tried(message, number, days - number / 24) for number in range(days * 24))
        session.add_all([SendingHour(hour=NOON - day * DAY, messages=9) for day in range(days)])

    for _ in range(rounds):
        while database.now(forget, NOON + error):
            pass
    database.now(forget, NOON)  # it is right again

    left = select(func.min(attempts.c.started_at)).where(attempts.c.content.is_not(None))
    oldest = database.look(lambda session: session.scalar(left))
    hours = database.look(lambda session: session.scalar(select(func.count()).select_from(sending_hours)))
    assert oldest is not None and oldest <= NOON - days * DAY + 2 * rounds * A_ROUND
    assert hours is not None and hours >= days - rounds


def test_a_house_that_was_shut_for_long_catches_up(database: Database, message: int) -> None:
    with database.session() as session:
        session.add_all(tried(message, hour, 500 - hour / 24) for hour in range(48))

    for _ in range(48):
        database.now(forget, NOON)

    left = select(func.count()).select_from(attempts).where(attempts.c.content.is_not(None))
    assert database.look(lambda session: session.scalar(left)) == 0


def test_the_file_does_not_grow_once_as_much_goes_as_comes(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    migrations.upgrade(database)
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED)
        plan_new_events(session, plans(), RIGA, now=NOON)
        message = session.scalars(select(messages.c.id)).first() or 0

    sizes = []
    for day in range(8):
        with database.session() as session:
            session.add_all(
                tried(message, 300 * day + number, -day, content=b"x" * 4_000) for number in range(300)
            )
        while database.now(forget, NOON + day * DAY, keep=2 * DAY):
            pass
        sizes.append(database.look(lambda session: session.scalar(text("PRAGMA page_count"))) or 0)
    database.close()

    assert sizes[1] > 1.5 * sizes[0]  # or nothing would be measured
    assert sizes[7] < 1.15 * sizes[3]
