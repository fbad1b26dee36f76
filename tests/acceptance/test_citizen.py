"""The daemon as a good citizen: copies and backups, silences, floods of old orders, doubts."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.outbox import by_hand
from paldies.outbox.endings import LIVE
from paldies.store.backup import back_up
from paldies.store.schema import messages, orders
from tests.smtp_servers import KeepingServer
from tests.whole_house import CAMPAIGN, MORNING, ShopDatabase, WholeHouse, furnish

TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TWO_STEPS = (
    CAMPAIGN
    + """
[[steps]]
name = "2_thank_you"
after = "20h"
within = "30h"
channels = ["email"]
purpose = "service"
"""
)


@pytest.fixture(scope="module")
def letterbox() -> Iterator[KeepingServer]:
    with KeepingServer() as server:
        yield server


@pytest.fixture
def mails(letterbox: KeepingServer) -> Callable[[], list[str]]:
    """Who was written to since the test began."""
    before = len(letterbox.mails)
    return lambda: [mail.recipient for mail in letterbox.mails[before:]]


@pytest.fixture
def shop(tmp_path: Path, letterbox: KeepingServer) -> ShopDatabase:
    (folder := tmp_path / "shop").mkdir()
    shop = furnish(folder, smtp=letterbox.url, text=TEXT, campaign=TWO_STEPS)
    (folder / "message_templates/hello/2_thank_you.email.md").write_text(TEXT)
    return shop


Rows = list[tuple[Any, ...]]


def held(house: WholeHouse) -> Rows:
    """Who is waited for, and why."""
    wanted = select(messages.c.step, messages.c.reason).where(messages.c.status == MessageStatus.HELD.value)
    return [tuple(row) for row in house.app.database.look(lambda session: session.execute(wanted).all())]


def approve_all(house: WholeHouse) -> None:
    def approve(session: Any) -> None:
        keys = session.scalars(select(messages.c.key).where(messages.c.status == MessageStatus.HELD.value))
        by_hand.approve(session, list(keys), now=house.clock.now())

    house.app.database.now(approve)


def put_back(folder: Path, backup: Path) -> None:
    """As docs/backup-and-restore.md says."""
    for part in folder.glob("paldies.db*"):
        part.unlink()
    shutil.copy(backup, folder / "paldies.db")


def copied(source: Path, target: Path) -> None:
    """A copy by other means than ours, which does not know itself for one."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


@pytest.mark.parametrize("copy", [back_up, copied], ids=["our backup", "a plain copy"])
async def test_what_yesterdays_backup_does_not_know_was_sent_is_not_sent_again_without_a_persons_word(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]], copy: Callable[[Path, Path], object]
) -> None:
    house = await WholeHouse.opened(shop.path.parent)
    shop.order("alice", at=MORNING + MINUTE)
    await house.tick(after=2 * MINUTE)
    copy(shop.path.parent / "paldies.db", tmp_path / "backup.db")
    shop.order("boris", at=MORNING + 5 * MINUTE)
    await house.tick(after=5 * MINUTE)
    await house.tick(after=30 * MINUTE)
    await house.close()
    assert sorted(mails()) == ["alice@example.com", "boris@example.com"]

    put_back(shop.path.parent, tmp_path / "backup.db")
    restored = await WholeHouse.opened(shop.path.parent, at=MORNING + HOUR)
    for _ in range(2):
        await restored.tick(after=MINUTE)
    silent = len(mails())
    (told,) = {story["fence"] for story in restored.why("alice")}
    restored.app.fence.adopt(restored.clock.now())
    shop.order("carla", at=restored.clock.now())
    await restored.tick(after=MINUTE)
    await restored.tick(after=25 * MINUTE)
    adopted, waiting = sorted(mails()[2:]), held(restored)
    approve_all(restored)
    await restored.live(days=0)
    released = sorted(mails()[3:])
    await restored.live(days=2)
    await restored.close()

    assert (silent, adopted) == (2, ["carla@example.com"])
    assert told
    assert waiting == [("1_right_choice", Reason.RESTORED)] * 2
    assert released == ["alice@example.com", "boris@example.com"]
    assert sorted(mails()[5:]) == [*released, *adopted]  # the second step, which was due after it was adopted
    assert held(restored) == []


async def test_a_copy_of_a_living_database_sends_nothing_while_the_original_goes_on(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(shop.path.parent)
    shop.order("alice", at=MORNING + MINUTE)
    await house.tick(after=2 * MINUTE)
    shutil.copytree(shop.path.parent, tmp_path / "copy")

    copy = await WholeHouse.opened(tmp_path / "copy", at=house.clock.now())
    for _ in range(3):
        await copy.tick(after=10 * HOUR)
    from_the_copy = mails()
    await copy.close()
    await house.live()
    await house.close()

    assert from_the_copy == []
    assert mails() == ["alice@example.com"] * 2


async def test_after_a_silence_that_nothing_explains_only_what_is_fresh_goes(
    shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(shop.path.parent)
    shop.order("alice", at=MORNING + MINUTE)
    await house.tick(after=2 * MINUTE)
    house.app.close()  # and no word to anybody, as when the power goes

    shop.order("boris", at=MORNING + 4 * HOUR)
    again = await WholeHouse.opened(shop.path.parent, at=MORNING + 4 * HOUR + 5 * MINUTE)
    await again.tick(after=25 * MINUTE)
    went, waiting = mails(), held(again)
    await again.close()

    assert went == ["boris@example.com"]
    assert waiting == [("1_right_choice", Reason.AFTER_SILENCE)]


async def test_after_a_clean_stop_what_is_late_goes_as_ever(
    shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(shop.path.parent)
    shop.order("alice", at=MORNING + MINUTE)
    await house.tick(after=2 * MINUTE)
    await house.close()

    again = await WholeHouse.opened(shop.path.parent, at=MORNING + 4 * HOUR)
    await again.live(days=0)
    await again.close()

    assert mails() == ["alice@example.com"]


def waiting_or_sent(house: WholeHouse) -> int:
    wanted = select(func.count()).where(messages.c.status.in_((*LIVE, MessageStatus.SENT.value)))
    return house.app.database.look(lambda session: session.scalar(wanted)) or 0


OLD = [f"old{number}" for number in range(400)]


def put_old_orders(shop: ShopDatabase, **said: Any) -> None:
    """Orders of the last two years, in one go."""
    rows = [
        {"id": name, "number": name, "status": "paid", "currency": "EUR", "total": 10,
         "email": f"{name}@example.com",
         "placed_at": f"{MORNING - (2 + number * 1.8) * DAY:%Y-%m-%d %H:%M:%S}", "updated_at": "", **said}
        for number, name in enumerate(OLD)
    ]  # fmt: skip
    names = ", ".join(rows[0])
    marks = ", ".join("?" * len(rows[0]))
    with closing(sqlite3.connect(shop.path)) as connection, connection:
        statement = f"INSERT INTO sale ({names}) VALUES ({marks})"
        connection.executemany(statement, [tuple(row.values()) for row in rows])


def change_all(shop: ShopDatabase, at: datetime, assignment: str = "") -> None:
    """As a plugin does that saves every order once more."""
    with closing(sqlite3.connect(shop.path)) as connection, connection:
        more = f", {assignment}" if assignment else ""
        connection.execute(f"UPDATE sale SET updated_at = ?{more}", [f"{at:%Y-%m-%d %H:%M:%S}"])


async def test_old_orders_cause_nothing_however_they_come(
    shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(shop.path.parent)
    now = house.clock.now

    put_old_orders(shop, updated_at=f"{now() + MINUTE:%Y-%m-%d %H:%M:%S}")  # reported as new, all at once
    await house.tick(after=2 * MINUTE)
    await house.tick(after=HOUR)
    change_all(shop, now())  # saved once more
    await house.tick(after=MINUTE)
    change_all(shop, now(), "total = total + 0.01, first_name = 'A'")  # with something else in it
    await house.tick(after=MINUTE)
    for status in ("refunded", "paid", "cancelled", "paid"):  # to and fro
        change_all(shop, now(), f"status = '{status}'")
        await house.tick(after=MINUTE)
    change_all(shop, now(), "id = 'again-' || id")  # under new names
    await house.tick(after=MINUTE)
    for jump in (HOUR, DAY, 2 * 365 * DAY):  # and the clock is wrong
        change_all(shop, now(), "payment_method = payment_method || '.'")
        await house.tick(after=jump)
    seen = house.app.database.look(lambda session: session.scalar(select(func.count()).select_from(orders)))
    planned = waiting_or_sent(house)
    await house.close()

    assert mails() == []
    assert seen == 2 * len(OLD)
    assert planned == 0


async def test_orders_without_any_time_are_history_at_the_first_poll(
    shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    put_old_orders(shop, placed_at=None, updated_at=f"{MORNING - DAY:%Y-%m-%d %H:%M:%S}")
    house = await WholeHouse.opened(shop.path.parent)
    await house.live(days=2)
    await house.close()

    assert mails() == []


async def test_a_shop_that_tidies_up_its_old_orders_is_held_back_and_fresh_ones_go(
    shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    (folder := shop.path.parent / "message_templates/parcel").mkdir()
    (folder / "campaign.toml").write_text(CAMPAIGN.replace("order.confirmed", "order.shipped"))
    (folder / "1_right_choice.email.md").write_text(TEXT)
    put_old_orders(shop, updated_at=f"{MORNING - DAY:%Y-%m-%d %H:%M:%S}")
    house = await WholeHouse.opened(shop.path.parent)

    change_all(shop, house.clock.now() + MINUTE, "status = 'shipped'")
    shop.order("alice", at=MORNING + MINUTE)
    await house.tick(after=2 * MINUTE)
    await house.tick(after=30 * MINUTE)
    waiting = {reason for _, reason in held(house)}
    went = mails()
    await house.close()

    assert waiting == {Reason.UNUSUAL_VOLUME}
    assert "alice@example.com" in went
    lately = len([number for number in range(len(OLD)) if 2 + number * 1.8 <= 30])
    assert len(went) == 1 + lately + 50  # as many as the blast breaker lets through in any case
