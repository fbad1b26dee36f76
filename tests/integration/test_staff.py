"""What the shop's staff are told, and when."""

from datetime import timedelta

from paldies.campaigns.words import EventKind
from paldies.clock import SteppedClock
from paldies.outbox.planning import plan_new_events
from paldies.reports.alerts import StaffAlerts
from paldies.reports.summary import by_step, daily
from paldies.store import installation
from paldies.store.database import Database
from paldies.store.schema import messages
from tests.factories import NOON, RIGA
from tests.fake_channel import PROVIDER_DOWN, REFUSED_FOR_GOOD, SILENCE, FakeChannel
from tests.rows import add_customer, add_order, plans, publish_campaign

ANNA = "Anna <anna@berzs.example>"


def alerts(channel: FakeChannel, clock: SteppedClock, to: str = "staff@berzs.example") -> StaffAlerts:
    return StaffAlerts(channel, to=to, sender=ANNA, clock=clock)


async def test_what_staff_should_know_comes_in_one_mail() -> None:
    channel = FakeChannel()
    staff = alerts(channel, SteppedClock(NOON))

    staff.tell("shop", "The shop cannot be read.")
    staff.tell("text", "A text is broken.")
    await staff.deliver()
    await staff.deliver()

    [mail] = channel.sent
    assert mail.rendered.to == "staff@berzs.example"
    assert mail.rendered.text == "The shop cannot be read.\n\nA text is broken.\n"


async def test_the_same_topic_is_not_mailed_again_for_some_hours() -> None:
    channel, clock = FakeChannel(), SteppedClock(NOON)
    staff = alerts(channel, clock)

    staff.tell("shop", "The shop cannot be read.")
    clock.move_to(NOON + timedelta(hours=5))
    staff.tell("shop", "The shop cannot be read.")
    await staff.deliver()
    clock.move_to(NOON + timedelta(hours=7))
    staff.tell("shop", "The shop cannot be read.")
    await staff.deliver()

    assert [mail.rendered.text.count("shop") for mail in channel.sent] == [1, 1]


async def test_an_alert_that_could_not_be_mailed_is_kept() -> None:
    channel = FakeChannel()
    channel.answers["staff@berzs.example"].append(PROVIDER_DOWN)
    staff = alerts(channel, SteppedClock(NOON))
    staff.tell("shop", "The shop cannot be read.")

    await staff.deliver()
    missing = list(channel.sent)
    await staff.deliver()

    assert missing == []
    assert len(channel.sent) == 1


async def test_an_alert_in_doubt_or_refused_for_good_is_not_repeated_for_ever() -> None:
    for answer in (SILENCE, REFUSED_FOR_GOOD):
        channel = FakeChannel()
        channel.answers["staff@berzs.example"].append(answer)
        staff = alerts(channel, SteppedClock(NOON))
        staff.tell("shop", "The shop cannot be read.")

        await staff.deliver()
        await staff.deliver()

        assert channel.sent == []


async def test_without_an_address_there_is_only_the_log() -> None:
    channel = FakeChannel()
    staff = alerts(channel, SteppedClock(NOON), to="")

    staff.tell("shop", "The shop cannot be read.")
    await staff.deliver()

    assert channel.sent == []


def test_the_daily_summary_says_what_went_what_did_not_and_what_waits(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        for name in ("Alice", "Boris", "Carla"):
            add_order(session, add_customer(session, name), EventKind.CONFIRMED)
        plan_new_events(session, plans(), RIGA, now=NOON)
        ids = list(
            session.scalars(messages.select().with_only_columns(messages.c.id).order_by(messages.c.id))
        )
        ended = {"ended_at": NOON}
        for number, change in zip(
            ids,
            (
                {"status": "sent", **ended},
                {"status": "skipped", "reason": "not_wanted", **ended},
                {"status": "held", "reason": "approval"},
            ),
            strict=False,
        ):
            session.execute(messages.update().where(messages.c.id == number).values(change))

        told = daily(session, NOON - timedelta(days=1), NOON + timedelta(hours=1))
        lines = by_step(session)

    assert "3 order events" in told
    assert "Sent: 1" in told
    assert "Skipped: 1 – This order does not need it" in told
    assert "Waiting for you: 1 – " in told
    assert sum(line.count for line in lines) == 6


def test_a_pause_is_remembered_until_somebody_resumes(database: Database) -> None:
    database.now(installation.set_paused, NOON)
    paused = database.look(installation.paused_at)
    database.now(installation.set_paused, None)

    assert paused == NOON
    assert database.look(installation.paused_at) is None
