"""Calls and texts through the whole house, from the order to the telephone, with Twilio's faults between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN, Fault
from paldies.demo.telephone.lines import Busy, Machine, Person, Refused
from tests.outgoings import ALICE
from tests.telephone import Telephone, telephone_company
from tests.whole_house import COLUMNS, WholeHouse, furnish, paldies_toml, shop_toml

CAMPAIGN = """
title = "A reminder"
trigger = "order.confirmed"

[[steps]]
name = "1_reminder"
after = "20m"
channels = ["call", "sms"]
retry = ["30m"]
purpose = "service"
expires = "6h"
"""
SPOKEN = "This is Bērzs & Co, an automated call about order {{ order.number }}."
WRITTEN = "order {{ order.number }} waits for you."
AGREED = (
    f"SELECT {', '.join(COLUMNS)}, 1 AS accepts_call, 1 AS accepts_sms, 'checkout' AS consent_source"
    " FROM sale WHERE updated_at >= :since"
)
MINUTE = timedelta(minutes=1)


@dataclass
class Evening:
    """The house, and the telephone that it rings."""

    house: WholeHouse
    telephone: Telephone

    @property
    def calls(self) -> list[PretendCall]:
        return self.telephone.calls

    async def hour_comes(self) -> None:
        """The moment of the first call, a little after it."""
        await self.house.tick(after=MINUTE / 4)  # the order is seen
        await self.passes(21, step=7 * MINUTE)

    async def passes(self, minutes: float, *, step: timedelta = MINUTE / 3) -> None:
        for _ in range(round(minutes * MINUTE / step)):
            await self.house.tick(after=step)

    def legs(self) -> list[dict[str, Any]]:
        (story,) = self.house.why("N-1")
        return [leg for each in story["campaigns"] for step in each["steps"] for leg in step["legs"]]


@asynccontextmanager
async def opened(folder: Path, *, token: str = TOKEN) -> AsyncIterator[Evening]:
    """Alice has ordered a moment ago."""
    async with telephone_company() as telephone:
        shop = furnish(folder, smtp="smtp://127.0.0.1:1", text="---\nsubject: x\n---\nx", campaign=CAMPAIGN)
        for old in (folder / "message_templates/hello").glob("*.md"):
            old.unlink()
        (folder / "message_templates/hello/1_reminder.call.txt").write_text(SPOKEN)
        (folder / "message_templates/hello/1_reminder.sms.txt").write_text(WRITTEN)
        twilio = (
            f'[twilio]\naccount_sid = "{ACCOUNT}"\nauth_token = "{token}"\nfrom = "{NUMBER}"\n'
            f'base_url = "{telephone.url}"\ncalls_per_second = 100\n'
        )
        toml = paldies_toml("smtp://127.0.0.1:1", shop_toml("store", query=AGREED)) + twilio
        (folder / "paldies.toml").write_text(toml)
        house = await WholeHouse.opened(folder)
        telephone.company.clock = telephone.clock = house.clock
        shop.order(
            "1", at=house.clock.now(), phone=ALICE, first_name="Alice", country="LV", city="Rīga", locale="en"
        )
        yield Evening(house, telephone)
        await house.close()


async def test_alice_is_rung_once_and_answers(tmp_path: Path) -> None:
    async with opened(tmp_path) as evening:
        await evening.hour_comes()
        await evening.passes(2)

        (call,) = evening.calls
        (leg,) = evening.legs()
        heard = [each.text for each in call.heard(evening.house.clock.now())]
    assert "This is Bērzs & Co, an automated call about order N-1." in heard
    assert (leg["status"], leg["deliveries"][-1]["kind"]) == ("sent", "answered")


async def test_a_busy_line_is_rung_again_and_a_machine_is_followed_by_a_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as evening:
        evening.telephone.company.expect_calls(ALICE, Busy(), Machine())

        await evening.hour_comes()
        await evening.passes(40, step=2 * MINUTE)

        busy, machine, text = evening.legs()
        (message,) = evening.telephone.messages
    assert (busy["reason"], machine["reason"]) == ("not_reached", "answered_by_machine")
    assert (text["channel"], text["status"]) == ("sms", "sent")
    assert message.body == "Bērzs & Co: order N-1 waits for you."
    assert evening.calls[1].placed_at - evening.calls[0].placed_at >= timedelta(minutes=30)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BROKEN])
async def test_a_call_that_was_placed_without_an_answer_is_found_and_never_repeated(
    tmp_path: Path, fault: Fault
) -> None:
    async with opened(tmp_path) as evening:
        evening.telephone.company.faults.append(fault)

        await evening.hour_comes()
        await evening.passes(4)

        (leg,) = evening.legs()
        (call,) = evening.calls
    assert (leg["status"], leg["receipt"]) == ("sent", call.sid)
    assert leg["deliveries"][-1]["kind"] == "answered"


async def test_a_call_that_came_at_a_bad_moment_for_twilio_is_placed_a_little_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as evening:
        evening.telephone.company.faults.extend([Fault.TOO_MANY, Fault.TOO_MANY])

        await evening.hour_comes()
        await evening.passes(4)

        (leg,) = evening.legs()
    assert len(evening.calls) == 1
    assert (leg["status"], len(leg["attempts"])) == ("sent", 3)


async def test_a_wrong_token_stops_the_channel_and_blames_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path, token="a-wrong-token") as evening:
        await evening.hour_comes()
        await evening.passes(4)

        (leg,) = evening.legs()
        (calls,) = [each for each in evening.house.app.dispatchers if each.channel.traits.name == "call"]
    assert calls.breaker.is_open
    assert "PALDIES_TWILIO_AUTH_TOKEN" in calls.breaker.why
    assert (leg["status"], leg["reason"], len(leg["attempts"])) == ("scheduled", "try_again", 1)
    assert evening.calls == []


async def test_a_number_that_does_not_exist_is_not_rung_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as evening:
        evening.telephone.company.expect_calls(ALICE, Refused(21217), Person())

        await evening.hour_comes()
        await evening.passes(4)

        call, text = evening.legs()
    assert (call["status"], call["reason"]) == ("failed", "refused")
    assert (text["channel"], text["status"]) == ("sms", "sent")
    assert evening.calls == []


async def test_a_text_that_left_without_an_answer_is_found_by_its_words(tmp_path: Path) -> None:
    async with opened(tmp_path) as evening:
        evening.telephone.company.expect_calls(ALICE, Machine())
        await evening.hour_comes()
        evening.telephone.company.faults.append(Fault.LOST)

        await evening.passes(4)

        _, text = evening.legs()
        (message,) = evening.telephone.messages
    assert (text["status"], text["receipt"]) == ("sent", message.sid)
    assert text["deliveries"][-1]["kind"] == "delivered"
