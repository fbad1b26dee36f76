"""The way out by the page: each choice does what it says, says so, and can be taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.customers.suppressions import Wish, suppress, suppressed
from paldies.replies.unsubscribing import UNDO_WITHIN
from paldies.store.database import Database
from paldies.store.schema import suppressions
from tests.factories import NOON
from tests.sent import revision, send_one
from tests.visitor import Notebook, front_desk, received

ALICE, NUMBER = "alice@example.com", "+37120000001"
SERVICE, PROMOTIONAL = Purpose.SERVICE, Purpose.PROMOTIONAL


def reaches(session: Session) -> set[str]:
    """By which ways, and with what, Alice may still be reached."""
    ways = [("email", ALICE), ("sms", NUMBER), ("call", NUMBER), ("task", NUMBER)]
    open_ways = set()
    for channel, address in ways:
        wishes = [Wish(address, purpose, campaign) for purpose in Purpose for campaign in ("listening", "x")]
        refused = suppressed(session, wishes, channel=channel)
        open_ways |= {f"{channel} {wish.purpose} {wish.campaign}" for wish in wishes if wish not in refused}
    return open_ways


EVERYTHING = {
    f"{channel} {purpose} {campaign}"
    for channel in ("email", "sms", "call", "task")
    for purpose in ("service", "promotional")
    for campaign in ("listening", "x")
}


@pytest.mark.parametrize(
    ("choice", "gone", "said"),
    [
        ("campaign", "listening", "no more messages like this one"),
        ("promotional", "promotional", "no more tips, questions or offers"),
        ("calls", "", "not ring you any more"),
        ("everything", "", "not even about your orders"),
    ],
)
async def test_each_choice_ends_just_what_it_says_and_undoes_it(
    database: Database, choice: str, gone: str, said: str
) -> None:
    desk = front_desk(database, Notebook())
    path = f"/u/{desk.links.token(database.now(send_one))}"
    before = database.look(revision)

    async with received(desk, language="en") as visitor:
        answer = await visitor.post(path, {"what": choice})
        left = database.look(reaches)
        moved = database.look(revision) > before
        undone = await visitor.post(path, {"undo": choice})

    ended = {way for way in EVERYTHING if gone in way}
    if choice == "calls":
        ended = {way for way in EVERYTHING if way.startswith(("call", "task"))}
    assert (answer.status, said in answer.text) == (200, True)
    assert f'name="undo" value="{choice}"' in answer.text
    assert left == EVERYTHING - ended
    assert moved
    assert (undone.status, "All is as it was" in undone.text) == (200, True)
    assert database.look(reaches) == EVERYTHING


async def test_one_click_can_be_taken_back_by_the_page_it_shows(database: Database) -> None:
    desk = front_desk(database, Notebook())
    path = f"/u/{desk.links.token(database.now(send_one))}"

    async with received(desk) as visitor:
        await visitor.post(path, {"List-Unsubscribe": "One-Click"})
        after_one_click = database.look(reaches)
        await visitor.post(path, {"undo": "list"})

    assert EVERYTHING - after_one_click == {"email promotional listening", "email promotional x"}
    assert database.look(reaches) == EVERYTHING


async def test_nobody_takes_back_what_a_person_at_the_shop_has_written_down(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))
    database.now(suppress, ALICE, reason="rang and asked", source="person", now=NOON)

    async with received(desk) as visitor:
        await visitor.post(f"/u/{token}", {"undo": "everything"})

    assert not [way for way in database.look(reaches) if way.startswith("email")]


async def test_after_a_day_a_choice_is_final(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))
    long_ago = NOON - UNDO_WITHIN - timedelta(minutes=1)

    async with received(desk) as visitor:
        await visitor.post(f"/u/{token}", {"what": "everything"})
        database.now(lambda session: session.execute(update(suppressions).values(suppressed_at=long_ago)))
        await visitor.post(f"/u/{token}", {"undo": "everything"})

    assert database.look(reaches) == set()


async def test_pressed_again_and_again_it_is_one_wish(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        answers = [await visitor.post(f"/u/{token}", {"what": "promotional"}) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    addresses = database.look(lambda session: session.scalars(select(suppressions.c.address)).all())
    assert sorted(addresses) == [NUMBER, ALICE]
