"""Messages of many moments in one look: each is decided, and written down, as of its own."""

from datetime import timedelta

from sqlalchemy import select

from paldies.campaigns.words import EventKind
from paldies.outbox.batch import decide_batch
from paldies.outbox.decided import apply
from paldies.outbox.evidence import House, gather
from paldies.outbox.planning import plan_new_events
from paldies.outbox.queue import due
from paldies.store.database import Database
from paldies.store.schema import cursors, messages
from tests.factories import NOON, RIGA
from tests.rows import CHANNELS, add_customer, add_order, plans, publish_campaign

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOUSE = House(home_zone=RIGA, has_way_out=True)


def test_what_is_skipped_ended_at_its_own_moment(database: Database) -> None:
    known = plans()
    with database.session() as session:
        publish_campaign(session)
        for name in ("Alice", "Boris"):
            add_order(session, add_customer(session, name), EventKind.CONFIRMED, email="")
        plan_new_events(session, known, RIGA, now=NOON)
        rows = due(session, "email", NOON + HOUR, 10)
        own = [row._replace(now=row.send_at + number * MINUTE) for number, row in enumerate(rows)]

        briefs = gather(session, own, CHANNELS["email"], plans=known, house=HOUSE, in_hand=())
        ready, decided = decide_batch(briefs)
        apply(session, decided, known)

        ended = dict(session.execute(select(messages.c.id, messages.c.ended_at)).all())
    assert not ready and len(own) == 2
    assert {row.id: ended[row.id] for row in own} == {row.id: row.now for row in own}


def test_a_shop_is_silent_for_who_is_looked_at_an_hour_after_it_failed(database: Database) -> None:
    known = plans()
    with database.session() as session:
        publish_campaign(session)
        for name in ("Alice", "Boris"):
            add_order(session, add_customer(session, name), EventKind.CONFIRMED)
        plan_new_events(session, known, RIGA, now=NOON)
        session.execute(cursors.insert().values(shop="store", failing_since=NOON))
        early, late = due(session, "email", NOON + HOUR, 10)
        moments = [early._replace(now=NOON + 30 * MINUTE), late._replace(now=NOON + 2 * HOUR)]

        briefs = gather(session, moments, CHANNELS["email"], plans=known, house=HOUSE, in_hand=())
        ready, decided = decide_batch(briefs)

    assert [one.brief.waiting.id for one in ready] == [early.id]
    assert [one.waiting.id for one in decided] == [late.id]
