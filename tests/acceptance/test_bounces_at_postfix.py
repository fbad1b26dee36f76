"""A mail server that we did not write refuses, greylists and bounces late: each has its right consequence."""

from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from sqlalchemy import select

from paldies.store.schema import messages, suppressions
from tests.imap_server import ImapServer
from tests.postfix import Postfix
from tests.whole_house import MORNING, ShopDatabase, WholeHouse, furnish
from tests.workplace import eventually

CAMPAIGN = """
title = "The right choice"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email", "task"]
purpose = "service"
expires = "12h"
"""
TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello.\n"
BOUNCES = '[email.bounces]\naddress = "bounce@berzs.example"\nurl = "{url}"\n'
ALICE, BORIS, CARLA = "alice@example.com", "boris@example.com", "carla@example.com"


@pytest.fixture
def folder(tmp_path: Path, receiver: Postfix) -> Path:
    furnish(tmp_path, smtp=receiver.url, text=TEXT, campaign=CAMPAIGN)
    (tmp_path / "message_templates/hello/1_right_choice.task.txt").write_text(
        "Ring {{ customer.first_name }}.\n"
    )
    return tmp_path


def order(folder: Path, *names: str) -> None:
    shop = ShopDatabase(folder / "store.db")
    for name in names:
        shop.order(name, at=MORNING, phone="+37120000001")


def legs(house: WholeHouse) -> dict[str, list[tuple[str, str, str]]]:
    """By the local part of the address, which legs there are and what became of them."""
    wanted = select(messages.c.key, messages.c.channel, messages.c.status, messages.c.reason)
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in house.app.database.look(lambda session: session.execute(wanted.order_by(messages.c.id)).all()):
        name = row.key.split("/")[1].partition(":")[2]
        found.setdefault(name, []).append((row.channel, row.status, row.reason))
    return found


def never_again(house: WholeHouse) -> list[tuple[str, str]]:
    wanted = select(suppressions.c.address, suppressions.c.source)
    return [tuple(row) for row in house.app.database.look(lambda session: session.execute(wanted).all())]


async def test_what_postfix_says_at_once_is_heeded_at_once(folder: Path, receiver: Postfix) -> None:
    receiver.answer(
        {ALICE: "550 5.1.1 no such user", BORIS: "450 4.7.1 greylisted, come back in five minutes"}
    )
    house = await WholeHouse.opened(folder)
    order(folder, "alice", "boris", "carla")

    await house.tick()
    await house.tick(after=_minutes(21))
    at_first = legs(house)
    receiver.answer({})
    for dispatcher in house.app.dispatchers:
        await dispatcher.channel.close()  # as it does after some idle seconds: what it knows, an smtpd keeps
    await house.live()
    eventually(lambda: len(receiver.mails()) == 2)

    assert at_first["alice"] == [("email", "failed", "refused"), ("task", "scheduled", "")]
    assert at_first["boris"] == [("email", "scheduled", "try_again")]
    assert at_first["carla"] == [("email", "sent", "")]
    assert legs(house)["boris"] == [("email", "sent", "")]
    assert never_again(house) == [(ALICE, "bounce")]
    await house.close()


async def test_what_comes_back_late_ends_in_the_next_channel(folder: Path, receiver: Postfix) -> None:
    receiver.bounce({ALICE: "5.1.1 unknown user", BORIS: "5.2.2 mailbox full", CARLA: "5.7.1 this is spam"})
    with ImapServer().running() as imap:
        settings = folder / "paldies.toml"
        settings.write_text(settings.read_text() + BOUNCES.format(url=imap.url))
        house = await WholeHouse.opened(folder)
        order(folder, "alice", "boris", "carla", "dita")

        await house.tick()
        await house.tick(after=_minutes(21))
        at_first = legs(house)
        eventually(lambda: len(receiver.mails()) == 4)
        for mail in receiver.mails():
            if str(mail["Delivered-To"]).startswith("bounce"):
                imap.deliver(mail.as_bytes(policy=policy.SMTP))
        for _ in range(2):
            await house.tick(after=_minutes(1))
        await house.close()

    assert {name: [leg[:2] for leg in its] for name, its in at_first.items()} == {
        name: [("email", "sent")] for name in ("alice", "boris", "carla", "dita")
    }
    assert legs(house) == {
        "alice": [("email", "failed", "bounced"), ("task", "sent", "")],
        "boris": [("email", "failed", "bounced"), ("task", "sent", "")],
        "carla": [("email", "failed", "refused"), ("task", "sent", "")],
        "dita": [("email", "sent", "")],
    }
    assert never_again(house) == [(ALICE, "bounce")]


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
