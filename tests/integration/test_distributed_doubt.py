"""What belongs to another process is left to it, until it is known to be gone or too late."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from paldies.channels.silence import longest_silence
from paldies.clock import SystemClock
from paldies.orders import cursors
from paldies.orders.shared_shops import SharedShops
from paldies.outbox.claims import Claim
from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.engines.roll import Roll
from paldies.outbox.waves import write_wave
from paldies.reports.told import is_first_to_tell
from paldies.store import migrations
from paldies.store.alive import SignOfLife, certainly_dead
from paldies.store.database import Database
from paldies.store.schema import messages, processes
from tests.factories import NOON
from tests.integration.test_ledger import LATER, one_order, settlement_of
from tests.rows import publish_campaign
from tests.workplace import eventually

HOLD = """
import sys, time
from pathlib import Path
from paldies.store.alive import SignOfLife
sign = SignOfLife(Path(sys.argv[1]), "worker")
sign.begin()
print("holding", flush=True)
time.sleep(600)
"""
HOUR = timedelta(hours=1)


class Staff:
    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, topic: str, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def claim(shared: Database) -> Claim:
    """Alice's mail, claimed by `this process`, which had to begin by LATER."""
    with shared.session() as session:
        publish_campaign(session)
        claim = one_order(session)[0]
        write_wave(session, [claim], [])
    return claim


def status_of(database: Database, claim: Claim) -> str | None:
    return database.look(
        lambda session: session.scalar(select(messages.c.status).where(messages.c.id == claim.message_id))
    )


def roll_of(database: Database, folder: Path, process: str, staff: Staff | None = None) -> Roll:
    return Roll(database, process, state_dir=folder, clock=SystemClock(), alerts=staff or Staff())


def test_what_another_process_has_claimed_is_its_own(shared: Database, claim: Claim) -> None:
    shared.now(resolve_doubts, (), now=LATER, is_shared=True)

    assert status_of(shared, claim) == "sending"


def test_a_claim_is_in_doubt_when_nothing_of_it_can_be_on_the_wire(shared: Database, claim: Claim) -> None:
    over = LATER + longest_silence()["email"]

    early = shared.now(resolve_doubts, (), now=over - timedelta(seconds=1), is_shared=True)
    late = shared.now(resolve_doubts, (), now=over + timedelta(seconds=1), is_shared=True)

    assert early.opened == ()
    assert len(late.opened) == len(late.sent_again) == 1


def test_what_its_claimer_settles_after_that_changes_nothing(shared: Database, claim: Claim) -> None:
    with shared.session() as session:
        settlement = settlement_of(session, claim)
    shared.now(resolve_doubts, (), now=LATER + HOUR, is_shared=True)

    shared.now(write_wave, [], [settlement])

    assert status_of(shared, claim) == "scheduled"


async def test_a_process_that_died_on_our_machine_is_known_to_be_dead(
    shared: Database, claim: Claim, tmp_path: Path
) -> None:
    folder = tmp_path / "processes"
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout and process.stdout.readline() == "holding\n"
        alive = certainly_dead(folder)
        process.kill()
        process.wait()
        eventually(lambda: certainly_dead(folder) == ["worker"])
    finally:
        process.kill()
        process.communicate()
    mine = update(messages).where(messages.c.id == claim.message_id).values(claimed_by="worker")
    shared.now(lambda session: session.execute(mine))
    await roll_of(shared, tmp_path / "elsewhere", "worker").answer()  # as it did while it lived

    another = roll_of(shared, tmp_path, "another")
    await another.begin()
    doubts = shared.now(resolve_doubts, (), now=LATER, is_shared=True)

    assert alive == []
    assert len(doubts.sent_again) == 1
    assert certainly_dead(folder) == []
    await another.end()


def test_a_lock_of_another_boot_says_nothing(tmp_path: Path) -> None:
    sign = SignOfLife(tmp_path, "worker")
    sign.begin()
    sign.end()
    (tmp_path / "worker.lock").write_text("another boot")

    assert certainly_dead(tmp_path) == []


async def test_staff_hear_of_a_process_that_has_fallen_silent_once(shared: Database, tmp_path: Path) -> None:
    staff = Staff()
    await roll_of(shared, tmp_path / "elsewhere", "worker").answer()
    ago = text("seen_at - interval '1 minute'")
    shared.now(lambda session: session.execute(update(processes).values(seen_at=ago)))
    mine = roll_of(shared, tmp_path, "another", staff)

    await mine.call()
    await mine.call()

    assert len(staff.told) == 1
    assert "worker" in staff.told[0]
    assert shared.look(lambda session: session.scalars(select(processes.c.name)).all()) == []


async def test_a_machine_whose_clock_is_wrong_sends_nothing(shared: Database, tmp_path: Path) -> None:
    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + HOUR

    staff = Staff()
    roll = Roll(shared, "worker", state_dir=tmp_path, clock=Ahead(), alerts=staff)

    await roll.answer()

    assert roll.is_clock_wrong
    assert "+3600 seconds" in staff.told[0]


def test_staff_are_told_by_one_process(shared: Database) -> None:
    told = [shared.now(is_first_to_tell, "channel email", at, quiet=HOUR) for at in (NOON, NOON, NOON + HOUR)]

    assert told == [True, False, True]


async def test_a_shop_that_nobody_reads_counts_as_unreachable(shared: Database) -> None:
    now = datetime.now(UTC)
    shared.now(cursors.begin, "store", now=now - HOUR, today=now.date())
    shared.now(cursors.succeed, "store", now=now - HOUR)
    shops = SharedShops(shared, {"store": timedelta(seconds=15), "never read": timedelta(seconds=15)})

    await shops.ask_silent(now, patience=0.2)

    failing = text("SELECT shop FROM cursors WHERE failing_since IS NOT NULL")
    assert shared.look(lambda session: session.scalars(failing).all()) == ["store"]


async def test_a_shop_that_was_read_just_now_is_not_asked(shared: Database) -> None:
    now = datetime.now(UTC)
    shared.now(cursors.begin, "store", now=now, today=now.date())
    shared.now(cursors.succeed, "store", now=now)

    await SharedShops(shared, {"store": timedelta(seconds=15)}).ask_silent(now, patience=0.2)

    failing = text("SELECT count(*) FROM cursors WHERE failing_since IS NOT NULL")
    assert shared.look(lambda session: session.scalars(failing).one()) == 0


@pytest.mark.parametrize("found", ["9999"])
def test_an_older_process_works_on_a_newer_schema(shared: Database, found: str) -> None:
    newer = text("UPDATE alembic_version SET version_num = :found")
    shared.now(lambda session: session.execute(newer, {"found": found}))
    try:
        migrations.upgrade(shared)
        assert migrations.is_current(shared)
    finally:
        shared.now(lambda session: session.execute(newer, {"found": migrations.HEAD}))
