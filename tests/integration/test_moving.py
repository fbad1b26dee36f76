"""Those inside a campaign move to its new plan: once, whole, and also after an interruption."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Session as ModelSession

from paldies.campaigns.reading import parse
from paldies.campaigns.words import EventKind
from paldies.outbox import plans as publishing
from paldies.outbox.batch import decide_batch
from paldies.outbox.decided import apply
from paldies.outbox.evidence import House, gather
from paldies.outbox.migrating import Moving, Target, carry_out, foresee, go_on, target
from paldies.outbox.passages import CHUNK
from paldies.outbox.planning import plan_new_events
from paldies.outbox.plans import Draft, publish_where_nobody_is_inside
from paldies.outbox.queue import due
from paldies.store.database import Database
from paldies.store.schema import enrolments, messages, plan_versions
from tests.factories import NOON, RIGA
from tests.rows import CHANNELS, THE_FIRST_DAY, add_customer, add_event, add_order, plans, publish_campaign

P = ParamSpec("P")
T = TypeVar("T")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOONER = THE_FIRST_DAY.replace("20h", "12h")
SHORTER = THE_FIRST_DAY.partition('\n[[steps]]\nname = "2_thank_you"')[0]


class Breaking(Database):
    """A connection that breaks after some transactions, as when the process ends in the middle."""

    left = 2

    def now(self, f: Callable[Concatenate[ModelSession, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self.left:
            raise ConnectionError("the process ends here")
        self.left -= 1
        return super().now(f, *args, **kwargs)


def draft(source: str) -> Draft:
    return Draft(parse(source, file="first_day/campaign.toml", name="first_day", channels=CHANNELS), source)


def moving(at: timedelta = HOUR) -> Moving:
    return Moving(plans(), CHANNELS, RIGA, NOON + at)


def publish(database: Database, source: str, at: timedelta = HOUR, *, is_uncounted: bool = False) -> Target:
    def write(session: Session) -> Target:
        publishing.publish(session, draft(source), NOON + at, by="Anna")
        publishing.move_everybody(session, "first_day", NOON + at, is_uncounted=is_uncounted)
        return target(session, plans(), "first_day")

    return database.now(write)


def orders_inside(database: Database, count: int = 1) -> None:
    with database.session() as session:
        publish_campaign(session)
        for _ in range(count):
            add_order(session, add_customer(session), EventKind.CONFIRMED)
        while plan_new_events(session, plans(), RIGA, now=NOON).events:
            pass


def rows(database: Database, step: str) -> list[tuple[str, str, datetime, bool]]:
    columns = (messages.c.status, messages.c.reason, messages.c.send_at, messages.c.is_late_seen)
    wanted = select(*columns).where(messages.c.step == step).order_by(messages.c.id)
    return database.look(lambda session: [tuple(row) for row in session.execute(wanted)])  # type: ignore[misc]


def on_version(database: Database, version: int) -> int:
    wanted = (
        select(func.count())
        .select_from(enrolments)
        .join(plan_versions, plan_versions.c.id == enrolments.c.plan_version_id)
        .where(plan_versions.c.version == version)
    )
    return database.look(lambda session: session.scalar(wanted) or 0)


def change(database: Database, step: str, **values: Any) -> None:
    with database.session() as session:
        session.execute(update(messages).where(messages.c.step == step).values(**values))


def test_a_shorter_delay_moves_what_waits_and_pins_the_new_plan(database: Database) -> None:
    orders_inside(database, 3)
    foreseen = foresee(database, draft(SOONER).campaign, moving())

    done = carry_out(database, publish(database, SOONER), moving())

    assert foreseen == done
    assert (done.inside, done.hurried) == (3, 3)
    assert rows(database, "2_thank_you") == [("scheduled", "planned", NOON + 12 * HOUR, False)] * 3
    assert on_version(database, 2) == 3


def test_foreseeing_writes_nothing(database: Database) -> None:
    orders_inside(database)
    before = rows(database, "2_thank_you")

    foresee(database, draft(SHORTER).campaign, moving())

    assert rows(database, "2_thank_you") == before
    assert on_version(database, 1) == 1


def test_a_withdrawn_step_says_so_and_the_passage_can_end(database: Database) -> None:
    orders_inside(database)
    change(database, "1_right_choice", status="sent", claimed_at=NOON, sent_at=NOON)

    carry_out(database, publish(database, SHORTER), moving())

    assert [row[:2] for row in rows(database, "2_thank_you")] == [("skipped", "step_withdrawn")]
    with database.session() as session:
        assert session.scalars(select(enrolments.c.state)).all() == ["finished"]


def test_a_rollback_brings_back_the_step_that_was_taken_out(database: Database) -> None:
    orders_inside(database, 2)
    carry_out(database, publish(database, SHORTER), moving())
    foreseen = foresee(database, draft(THE_FIRST_DAY).campaign, moving(2 * HOUR))

    done = carry_out(database, publish(database, THE_FIRST_DAY, 2 * HOUR), moving(2 * HOUR))

    assert foreseen == done and done.untouched == 0
    assert rows(database, "2_thank_you") == [("scheduled", "", NOON + 20 * HOUR, False)] * 2
    assert on_version(database, 3) == 2


def test_what_nobody_confirmed_counts_for_the_blast_breaker(database: Database) -> None:
    orders_inside(database)

    carry_out(database, publish(database, SOONER, is_uncounted=True), moving())

    assert [row[3] for row in rows(database, "2_thank_you")] == [True]
    assert [row[3] for row in rows(database, "1_right_choice")] == [False]


def test_an_interrupted_move_goes_on_and_does_nothing_twice(sqlite_url: str) -> None:
    from paldies.store import migrations

    with closing(Breaking(sqlite_url)) as database:
        database.left = 1000
        migrations.upgrade(database)
        orders_inside(database, 2 * CHUNK + 1)
        to = publish(database, SOONER)
        database.left = 1
        with pytest.raises(ConnectionError):
            carry_out(database, to, moving())
        half_way = on_version(database, 2)

        database.left = 1000
        names = go_on(database, moving(2 * HOUR))
        again = go_on(database, moving(2 * HOUR))

        assert (half_way, on_version(database, 2)) == (CHUNK, 2 * CHUNK + 1)
        assert (names, again) == (["first_day"], [])
        assert {row[2] for row in rows(database, "2_thank_you")} == {NOON + 12 * HOUR}


def test_whoever_shares_a_passage_comes_along(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session, "stop_on = ['order.cancelled']\n" + THE_FIRST_DAY)
        alice = add_customer(session)
        first = add_order(session, alice, EventKind.CONFIRMED)
        add_order(session, alice, EventKind.CONFIRMED, at=NOON + MINUTE)
        plan_new_events(session, plans(), RIGA, now=NOON + MINUTE)

    carry_out(database, publish(database, "stop_on = ['order.cancelled']\n" + SOONER), moving())
    with database.session() as session:
        add_event(session, first, EventKind.CANCELLED, at=NOON + 2 * HOUR)
        plan_new_events(session, plans(), RIGA, now=NOON + 2 * HOUR)

    assert on_version(database, 2) == 2
    assert rows(database, "2_thank_you")[1:] == [("scheduled", "", NOON + MINUTE + 12 * HOUR, False)]


def test_a_new_way_to_stop_ends_the_passages_that_it_concerns(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        add_order(session, add_customer(session), EventKind.CONFIRMED, EventKind.SHIPPED)
        plan_new_events(session, plans(), RIGA, now=NOON)

    outlook = carry_out(database, publish(database, "stop_on = ['order.shipped']\n" + SOONER), moving())

    assert {reason.value: count for reason, count in outlook.stopped.items()} == {"order_changed": 1}
    assert {row[:2] for row in rows(database, "2_thank_you")} == {("cancelled", "order_changed")}


def test_what_was_leaving_when_its_step_was_taken_out_does_not_go_again(database: Database) -> None:
    orders_inside(database)
    change(database, "2_thank_you", status="sending", claimed_at=NOON)
    carry_out(database, publish(database, SHORTER), moving())
    change(database, "2_thank_you", status="scheduled", reason="try_again", send_at=NOON)

    with database.session() as session:
        known = plans()
        waiting = due(session, "email", NOON + HOUR, 10)
        email = CHANNELS["email"]
        briefs = gather(session, waiting, email, plans=known, house=House(RIGA), in_hand=())
        _, decided = decide_batch(briefs)
        apply(session, decided, known)

    assert [row[:2] for row in rows(database, "2_thank_you")] == [("skipped", "step_withdrawn")]


def test_a_plan_that_was_rolled_back_is_not_published_by_itself(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        publish_campaign(session, SOONER)
        publishing.publish(session, draft(THE_FIRST_DAY), NOON, by="Anna", restores=1)

        left_behind = publish_where_nobody_is_inside(session, [draft(SOONER)], NOON)
        edited = publish_where_nobody_is_inside(session, [draft(SHORTER)], NOON)

    assert (left_behind, edited) == (["first_day"], [])
