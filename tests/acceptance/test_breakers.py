"""One channel is down, the others go on; nothing is spent meanwhile, and all of it goes once it is back."""

import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN, Fault
from paldies.outbox.breaker import LONGEST_REST
from paldies.store.schema import messages
from tests.smtp_servers import KeepingServer, ScriptedServer
from tests.telephone import Telephone, telephone_company
from tests.whole_house import COLUMNS, ShopDatabase, WholeHouse, furnish, paldies_toml, shop_toml

AGREED = (
    f"SELECT {', '.join(COLUMNS)}, 1 AS accepts_call, 1 AS accepts_sms, 'checkout' AS consent_source"
    " FROM sale WHERE updated_at >= :since"
)
CAMPAIGN = """
title = "By {channel}"
trigger = "order.confirmed"
who = "order.total == {total}"

[[steps]]
name = "1_hello"
after = "1m"
channels = ["{channel}"]
purpose = "service"
expires = "6h"
"""
TEXTS = {
    "email": "---\nsubject: Order {{ order.number }}\n---\nHello.\n",
    "sms": "Order {{ order.number }} waits for you.",
    "call": "This is Bērzs & Co, an automated call about order {{ order.number }}.",
}
TOTALS = {"email": 10, "sms": 20, "call": 30}  # which of the campaigns an order gets
MINUTE = timedelta(minutes=1)
DOWN = 60  # minutes
CONNECTIONS = 4  # to the mail server: see paldies_toml


@dataclass
class Trouble:
    """A house in which each channel has its own campaign."""

    house: WholeHouse
    shop: ShopDatabase
    telephone: Telephone
    numbers: int = 0

    def order(self, each: int) -> None:
        """So many orders for each channel, each by somebody else."""
        for total in TOTALS.values():
            for _ in range(each):
                self.numbers += 1
                self.shop.order(
                    self.numbers, at=self.house.clock.now(), total=total, phone=f"+3712{self.numbers:07}",
                    country="LV", city="Rīga", locale="en",
                )  # fmt: skip

    async def minutes(self, many: int) -> None:
        for _ in range(many):
            await self.house.tick(after=MINUTE)

    def states(self, channel: str) -> Counter[tuple[str, int]]:
        """How many messages of a channel are in which state, after how many attempts."""
        wanted = select(messages.c.status, messages.c.attempts).where(messages.c.channel == channel)
        rows = self.house.app.database.look(lambda session: session.execute(wanted).all())
        return Counter((row.status, row.attempts) for row in rows)


@asynccontextmanager
async def trouble(folder: Path, smtp: str) -> AsyncIterator[Trouble]:
    async with telephone_company() as telephone:
        shop = furnish(folder, smtp=smtp, text=TEXTS["email"])
        for channel, total in TOTALS.items():
            (room := folder / "message_templates" / channel).mkdir()
            (room / "campaign.toml").write_text(CAMPAIGN.format(channel=channel, total=total))
            suffix = "md" if channel == "email" else "txt"
            (room / f"1_hello.{channel}.{suffix}").write_text(TEXTS[channel])
        (folder / "message_templates/hello/campaign.toml").write_text(
            CAMPAIGN.format(channel="email", total=0).replace("1_hello", "1_right_choice")
        )
        twilio = (
            f'[twilio]\naccount_sid = "{ACCOUNT}"\nauth_token = "{TOKEN}"\nfrom = "{NUMBER}"\n'
            f'base_url = "{telephone.url}"\ncalls_per_second = 100\nsms_per_second = 100\n'
        )
        (folder / "paldies.toml").write_text(paldies_toml(smtp, shop_toml("store", query=AGREED)) + twilio)
        house = await WholeHouse.opened(folder)
        telephone.company.clock = telephone.clock = house.clock
        yield Trouble(house, shop, telephone)
        await house.close()


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ({"GREETING": "421 4.3.2 come back later"}, 1),
        ({"MAIL": "421 4.7.0 too many mails from you"}, 1 + CONNECTIONS),  # a probe cannot know
        ({"MAIL": "550 5.7.1 your server is blocked"}, 1 + CONNECTIONS),
    ],
    ids=["421 at the door", "421 at MAIL", "5.7.1"],
)
async def test_e_mail_is_down_and_the_telephone_goes_on(
    tmp_path: Path, script: Mapping[str, str], tries: int
) -> None:
    """`tries`: connections that each look at the server costs it."""
    async with ScriptedServer(script) as server, trouble(tmp_path, server.url) as there:
        there.order(4)
        await there.minutes(3)
        there.order(4)
        await there.minutes(DOWN)
        meanwhile = {channel: there.states(channel) for channel in TOTALS}
        looks = server.connections / tries
        server.script.clear()
        server.script |= ScriptedServer().script
        await there.minutes(round(LONGEST_REST / MINUTE) + 10)
        afterwards = there.states("email")

    assert meanwhile == {
        "email": {("scheduled", 0): 8},
        "sms": {("sent", 1): 8},
        "call": {("sent", 1): 8},
    }
    assert 5 < looks < DOWN / 2  # less and less often
    assert afterwards == {("sent", 1): 8}
    assert len(server.texts) == 8


async def test_a_mail_server_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as place:
        port = place.getsockname()[1]
    async with trouble(tmp_path, f"smtp://127.0.0.1:{port}") as there:
        there.order(4)
        await there.minutes(DOWN)
        meanwhile = {channel: there.states(channel) for channel in TOTALS}
        with KeepingServer(port=port) as server:
            await there.minutes(round(LONGEST_REST / MINUTE) + 10)
            afterwards = there.states("email")
            went = [mail.recipient for mail in server.mails]

    assert meanwhile == {
        "email": {("scheduled", 0): 4},
        "sms": {("sent", 1): 4},
        "call": {("sent", 1): 4},
    }
    assert afterwards == {("sent", 1): 4}
    assert len(went) == len(set(went)) == 4


async def test_the_telephone_is_down_and_e_mail_goes_on(tmp_path: Path) -> None:
    with KeepingServer() as server:
        async with trouble(tmp_path, server.url) as there:
            there.telephone.company.faults.extend([Fault.UNKNOWN_KEY] * 200)
            there.order(3)
            await there.minutes(10)
            meanwhile = {channel: there.states(channel) for channel in TOTALS}
            there.telephone.company.faults.clear()
            await there.minutes(round(LONGEST_REST / MINUTE) + 10)
            afterwards = {channel: there.states(channel) for channel in TOTALS}

    assert meanwhile == {
        "email": {("sent", 1): 3},
        "sms": {("scheduled", 0): 3},
        "call": {("scheduled", 0): 3},
    }
    assert afterwards == {channel: {("sent", 1): 3} for channel in TOTALS}
