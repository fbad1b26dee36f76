"""Claims and settlements: won once, never on stale knowledge, and never lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import paldies.outbox.ledger
from paldies.campaigns.words import EventKind, MessageStatus
from paldies.customers.revision import bump
from paldies.outbox.claims import Claim
from paldies.outbox.endings import NextLeg, open_next_legs
from paldies.outbox.ledger import Ledger
from paldies.outbox.planning import plan_new_events
from paldies.outbox.settlements import DeadAddress, Settlement
from paldies.outbox.waves import write_singly, write_wave
from paldies.store.database import Database
from paldies.store.schema import attempts, customers, enrolments, messages, sending_hours, suppressions
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans, publish_campaign

LATER = NOON + timedelta(hours=1)


def one_order(session: Session, name: str = "Alice") -> list[Claim]:
    """An order with two messages; the claims that would take them."""
    add_order(session, add_customer(session, name), EventKind.CONFIRMED)
    plan_new_events(session, plans(), RIGA, now=NOON)
    wanted = select(messages, customers.c.revision).join(customers, customers.c.id == messages.c.customer_id)
    rows = session.execute(wanted.where(customers.c.first_name == name).order_by(messages.c.id))
    return [claim_of(row) for row in rows]


def claim_of(row: Any) -> Claim:
    return Claim(
        id=f"claim-{row.id}",
        message_id=row.id,
        customer_id=row.customer_id,
        revision=row.revision,
        by="this process",
        at=LATER,
        deadline_at=LATER,
        expires_at=LATER + timedelta(hours=12),
        rfc_id="x@example.com",
        address="alice@example.com",
        locale="en",
        text_version="v1",
        content=b"",
    )


def settlement_of(session: Session, claim: Claim, **changes: Any) -> Settlement:
    row = session.execute(select(messages).where(messages.c.id == claim.message_id)).one()
    values: dict[str, Any] = {
        "claim_id": claim.id,
        "message_id": row.id,
        "enrolment_id": row.enrolment_id,
        "at": LATER,
        "status": MessageStatus.SENT,
        "receipt": "queued as 1",
    }
    return Settlement(**values | changes)


def statuses(session: Session) -> list[str]:
    return list(session.scalars(select(messages.c.status).order_by(messages.c.id)))


def tried(session: Session) -> int:
    return len(session.scalars(select(attempts.c.id)).all())


def test_a_claim_is_won_once(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)

    first = database.now(write_wave, [claim], [])
    second = database.now(write_wave, [replace(claim, id="somebody else", revision=claim.revision + 1)], [])

    assert (first, second) == ({claim.id}, set())
    assert database.look(statuses) == ["sending", "scheduled"]


def test_a_claim_decided_before_the_customer_changed_comes_too_late(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)

    database.now(bump, [claim.customer_id])
    won = database.now(write_wave, [claim], [])

    assert won == set()
    assert database.look(statuses) == ["scheduled", "scheduled"]


def test_two_messages_to_one_customer_are_never_in_flight_together(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = one_order(session)

    won = database.now(write_wave, claims, [])

    assert len(won) == 1
    assert sorted(database.look(statuses)) == ["scheduled", "sending"]


def test_a_claim_that_breaks_a_rule_of_the_database_costs_the_others_nothing(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [alice, _] = one_order(session)
        [boris, carla] = one_order(session, "Boris")[0], one_order(session, "Carla")[0]
        session.execute(attempts.insert().values(_begun(boris)))  # its claim's id is taken

    won = database.now(write_singly, [alice, boris, carla], [])

    assert won == {alice.id, carla.id}


def test_of_a_whole_wave_only_the_claim_that_comes_too_late_is_lost(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = [one_order(session, f"Customer{number}")[0] for number in range(64)]
    late = claims[17]

    database.now(bump, [late.customer_id])
    won = database.now(write_wave, claims, [])

    assert won == {claim.id for claim in claims} - {late.id}
    assert database.look(tried) == 63


async def test_of_a_whole_wave_only_the_member_that_the_database_refuses_is_lost(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = [one_order(session, f"Customer{number}")[0] for number in range(64)]
        session.execute(attempts.insert().values(_begun(claims[40])))  # its claim's id is taken
    ledger = Ledger(database)

    won = await asyncio.gather(*(ledger.claim(claim) for claim in claims))

    assert [number for number, answer in enumerate(won) if not answer] == [40]
    assert database.look(statuses).count("sending") == 63


def test_claims_of_two_hours_count_for_each_its_own(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        alice, boris = one_order(session)[0], one_order(session, "Boris")[0]

    database.now(write_wave, [alice, replace(boris, at=LATER + timedelta(hours=1))], [])

    hours = database.look(lambda session: dict(session.execute(select(sending_hours)).all()))
    assert hours == {LATER: 1, LATER + timedelta(hours=1): 1}


def test_what_was_sent_is_written_down_with_its_receipt(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        write_wave(session, [claim], [])

        write_wave(session, [], [settlement_of(session, claim)])

        row = session.execute(select(messages).where(messages.c.id == claim.message_id)).one()
        attempt = session.execute(select(attempts)).one()
    assert (row.status, row.receipt, row.sent_at, row.attempts) == ("sent", "queued as 1", LATER, 1)
    assert (attempt.claim_id, attempt.outcome, attempt.ended_at) == (claim.id, "sent", LATER)


def test_a_settlement_is_guarded_by_its_claim(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        write_wave(session, [claim], [])
        late = settlement_of(session, claim, claim_id="an older claim")

        write_wave(session, [], [late])

        assert statuses(session) == ["sending", "scheduled"]


def test_a_message_put_back_for_our_fault_spends_no_attempt(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        write_wave(session, [claim], [])
        back = settlement_of(
            session,
            claim,
            status=MessageStatus.SCHEDULED,
            send_at=LATER,
            spends_attempt=False,
            reason="try_again",
        )

        write_wave(session, [], [back])

        row = session.execute(select(messages).where(messages.c.id == claim.message_id)).one()
    assert (row.status, row.attempts, row.reason, row.claim_id) == ("scheduled", 0, "try_again", None)


def test_a_refused_leg_opens_the_next_and_a_dead_address_is_never_written_to_again(
    database: Database,
) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        write_wave(session, [claim], [])
        key = "first_day/store:x/order.confirmed.1/1_right_choice/2"
        failed = settlement_of(
            session,
            claim,
            status=MessageStatus.FAILED,
            reason="refused",
            next_leg=NextLeg(claim.message_id, key, 2, "call", LATER, NOON),
            dead=DeadAddress("alice@example.com", "email", "5.1.1 no such user"),
        )

        write_wave(session, [], [failed])

        leg = session.execute(select(messages).where(messages.c.key == key)).one()
        suppressed = session.execute(select(suppressions)).one()
    assert (leg.status, leg.channel, leg.step, leg.expires_at) == (
        "scheduled",
        "call",
        "1_right_choice",
        claim.expires_at,
    )
    assert (suppressed.address, suppressed.channel, suppressed.source) == (
        "alice@example.com",
        "email",
        "bounce",
    )


def test_a_leg_that_a_wrong_clock_opens_years_ahead_is_looked_at_by_its_deadline(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        write_wave(session, [claim], [])
        years_on = LATER + timedelta(days=730)
        leg = NextLeg(claim.message_id, "the next leg", 2, "call", years_on, NOON)
        failed = settlement_of(
            session, claim, status=MessageStatus.FAILED, reason="refused", at=years_on, next_leg=leg
        )

        write_wave(session, [], [failed])

        opened = session.execute(select(messages).where(messages.c.key == leg.key)).one()
    assert opened.send_at == opened.expires_at == claim.expires_at


def test_so_is_one_whose_step_has_no_deadline_yet(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
        ended = session.execute(
            update(messages)
            .where(messages.c.id == claim.message_id)
            .values(status=MessageStatus.SKIPPED.value, reason="suppressed")
            .returning(messages.c.send_at, messages.c.expires_at)
        ).one()
        leg = NextLeg(claim.message_id, "the next leg", 2, "call", LATER + timedelta(days=730), NOON)

        open_next_legs(session, [leg])

        opened = session.execute(select(messages).where(messages.c.key == leg.key)).one()
    assert ended.expires_at is None
    assert opened.send_at == ended.send_at


def test_the_last_settlement_finishes_the_enrolment(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = one_order(session)
        for number, claim in enumerate(claims):
            now_known = replace(claim, revision=claim.revision + number)
            write_wave(session, [now_known], [])
            write_wave(session, [], [settlement_of(session, claim)])

        assert statuses(session) == ["sent", "sent"]
        assert session.scalar(select(enrolments.c.state)) == "finished"


class Unreliable(Database):
    """A database whose next commits fail as often as it is told."""

    def __init__(self, url: str, failures: int) -> None:
        super().__init__(url)
        self.failures = failures

    def now_by_keys(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def then_fail(session: Session) -> Any:
            result = f(session, *args, **kwargs)
            if f is write_wave and self.failures:
                self.failures -= 1
                raise OperationalError("COMMIT", {}, Exception("disk full"))
            return result

        return super().now_by_keys(then_fail)


async def test_if_the_commit_fails_nothing_was_claimed(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        [claim, _] = one_order(session)
    ledger = Ledger(Unreliable(database.url.render_as_string(hide_password=False), failures=1))

    won = await ledger.claim(claim)

    assert won is False
    assert ledger.claimed == set()
    assert database.look(statuses) == ["scheduled", "scheduled"]


async def test_a_settlement_outlives_failing_commits_and_goes_before_any_new_claim(
    database: Database,
) -> None:
    with database.session() as session:
        publish_campaign(session)
        [alice, _] = one_order(session)
        [boris, _] = one_order(session, "Boris")
        write_wave(session, [alice], [])
        settlement = settlement_of(session, alice)
    ledger = Ledger(Unreliable(database.url.render_as_string(hide_password=False), failures=2))

    settled = asyncio.get_running_loop().create_future()
    ledger.note(settlement, settled)
    await asyncio.sleep(0)  # the writer has begun
    won = await ledger.claim(boris)

    assert settled.done()
    assert won is True
    assert database.look(statuses) == ["sent", "scheduled", "sending", "scheduled"]


async def test_what_gathers_while_the_writer_is_busy_goes_into_one_transaction(database: Database) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = [one_order(session, f"Customer{number}")[0] for number in range(8)]
    counting = Counting(database.url.render_as_string(hide_password=False))
    ledger = Ledger(counting)

    won = await asyncio.gather(*(ledger.claim(claim) for claim in claims))

    assert all(won)
    assert counting.waves <= 2


async def test_nothing_more_is_waited_for_once_half_of_what_is_claimed_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        publish_campaign(session)
        claims = [one_order(session, f"Customer{number}")[0] for number in range(4)]
        back = [settlement_of(session, claim) for claim in claims]
    counting = Counting(database.url.render_as_string(hide_password=False))
    ledger = Ledger(counting)
    await asyncio.gather(*(ledger.claim(claim) for claim in claims))
    waves = counting.waves
    monkeypatch.setattr(paldies.outbox.ledger, "GATHER", 3600.0)

    first = asyncio.create_task(ledger.settle(back[0]))
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await asyncio.gather(first, ledger.settle(back[1]))

    assert counting.waves == waves + 1
    assert database.look(statuses).count("sent") == 2


class Counting(Database):
    waves = 0

    def now_by_keys(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.waves += f is write_wave
        return super().now_by_keys(f, *args, **kwargs)


def _begun(claim: Claim) -> dict[str, Any]:
    return {
        "message_id": claim.message_id,
        "claim_id": claim.id,
        "address": claim.address,
        "started_at": claim.at,
        "locale": "",
        "text_version": "",
        "outcome": "",
        "note": "",
    }
