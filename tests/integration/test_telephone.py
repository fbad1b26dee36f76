"""The pretend telephone company, as the real SDK sees it, and what it tells by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from paldies.demo.telephone import twiml
from paldies.demo.telephone.callbacks import Callbacks
from paldies.demo.telephone.company import ACCOUNT, NUMBER
from paldies.demo.telephone.lines import Machine, Person, Undelivered
from paldies.web.serving import serving
from paldies.web.signature import is_signed
from tests.factories import NOON
from tests.outgoings import ALICE, BORIS, CARLA, outgoing
from tests.telephone import Telephone, telephone_company

HELLO = "<Response><Say>Hello, this is a call.</Say></Response>"


@pytest.fixture
async def telephone() -> AsyncIterator[Telephone]:
    async with telephone_company(numbers=frozenset({NUMBER})) as telephone:
        yield telephone


async def call(telephone: Telephone, to: str = ALICE, **form: Any) -> str:
    form = {"from_": NUMBER, "twiml": HELLO} | form
    account = telephone.account()
    return await account.ask(lambda client: str(client.calls.create(to=to, **form).sid))


async def refused(telephone: Telephone, what: Any) -> tuple[int, int]:
    """HTTP status and Twilio's code."""
    errors: list[TwilioRestException] = []

    def ask(client: Client) -> None:
        try:
            what(client)
        except TwilioRestException as error:
            errors.append(error)

    await telephone.account().ask(ask)
    return errors[0].status, errors[0].code


async def test_what_twilio_would_not_take_is_not_placed(telephone: Telephone) -> None:
    no_number, no_twiml = {"to": "Alice", "from_": NUMBER}, {"to": ALICE, "from_": NUMBER, "twiml": "<Say/>"}

    assert await refused(telephone, lambda client: client.calls.create(**no_twiml)) == (400, 12101)
    assert await refused(telephone, lambda client: client.messages.create(**no_number, body="hello")) == (
        400,
        21211,
    )
    assert (telephone.calls, telephone.messages) == ([], [])


async def test_another_account_is_not_ours_to_look_into(telephone: Telephone) -> None:
    other = "AC" + "f" * 32

    assert await refused(telephone, lambda client: client.api.v2010.accounts(other).fetch()) == (401, 20003)
    assert await refused(telephone, lambda client: client.calls("CA" + "0" * 32).fetch()) == (404, 20404)


async def test_lists_come_in_pages_the_newest_first(telephone: Telephone) -> None:
    sids = [await call(telephone, to) for to in (ALICE, BORIS, ALICE, CARLA, ALICE)]
    account = telephone.account()

    everything = await account.ask(lambda client: [each.sid for each in client.calls.list(page_size=2)])
    to_alice = await account.ask(
        lambda client: [each.sid for each in client.calls.list(to=ALICE, page_size=1)]
    )

    assert everything == sids[::-1]
    assert to_alice == [sids[4], sids[2], sids[0]]


async def test_what_has_no_start_yet_is_not_found_by_its_start(telephone: Telephone) -> None:
    sid = await call(telephone)
    account = telephone.account()

    async def found() -> list[str]:
        return await account.ask(
            lambda client: [each.sid for each in client.calls.list(start_time_after=NOON - timedelta(days=1))]
        )

    queued = await found()
    telephone.wait(2)
    ringing = await found()

    assert (queued, ringing) == ([], [sid])


async def test_a_call_can_be_turned_only_while_somebody_is_on_the_line(telephone: Telephone) -> None:
    sid = await call(telephone)
    goodbye = "<Response><Say>Goodbye.</Say></Response>"

    def turn(client: Client) -> Any:
        return client.calls(sid).update(twiml=goodbye)

    too_early = await refused(telephone, turn)
    telephone.wait(8)
    await telephone.account().ask(turn)
    telephone.wait(60)
    too_late = await refused(telephone, turn)

    assert too_early == too_late == (400, 21220)
    heard = telephone.calls[0].heard(telephone.clock.now())
    assert [(each.text, each.is_whole) for each in heard] == [("Hello, this", False), ("Goodbye.", True)]


async def test_unless_it_listens_in_the_background_detection_keeps_the_line_silent(
    telephone: Telephone,
) -> None:
    await call(telephone, machine_detection="Enable")
    await call(telephone, machine_detection="Enable", async_amd="true")

    telephone.wait(60)
    silent, at_once = (
        each.heard(telephone.clock.now())[0].at - answered
        for each in telephone.calls
        if (answered := each.answered_at)
    )

    assert silent == timedelta(seconds=2.5)
    assert at_once == timedelta(0)


async def test_a_pressed_key_stops_the_text_until_it_is_answered(telephone: Telephone) -> None:
    telephone.company.expect_calls(ALICE, Person(presses="9"))
    await telephone.call_channel().send(outgoing(callback_url="https://shop.example/twilio/a.1"))

    telephone.wait(60)
    (placed,) = telephone.calls
    assert placed.pressed_at is not None
    placed.play(twiml.read("<Response><Say>No more calls.</Say></Response>"), placed.pressed_at)

    assert placed.key == "9"
    assert placed.heard(telephone.clock.now())[-1].text == "No more calls."


async def test_a_person_may_be_put_through(telephone: Telephone) -> None:
    script = twiml.read(
        "<Response><Say>One moment.</Say><Dial timeout='25' action='https://shop.example/dialled'"
        " record='do-not-record'><Number>+37167000001</Number></Dial></Response>"
    )

    assert script.dials == "+37167000001"
    assert script.lasts > 60


class Listener:
    """A page of the shop's, which notes who rings back, if the signature is right."""

    def __init__(self, token: str) -> None:
        self.heard: list[dict[str, str]] = []
        self.address = ""
        self.page = FastAPI()

        @self.page.post("/status")
        async def status(request: Request) -> None:
            form = await request.form()
            assert is_signed(f"{self.address}status", form, request.headers, auth_token=token)
            self.heard.append({name: str(value) for name, value in form.items()})


async def test_whoever_asked_is_told_how_it_goes(telephone: Telephone) -> None:
    listener, callbacks = Listener(telephone.company.token), Callbacks(telephone.company)
    telephone.company.expect_calls(BORIS, Machine(answers_after=4))
    telephone.company.expect_texts(CARLA, Undelivered(30005))

    async with serving(listener.page, 0) as listener.address:
        url = listener.address.rstrip("/")
        calls, texts = telephone.call_channel(), telephone.sms_channel()
        await calls.send(outgoing(to=ALICE, callback_url=url))
        await calls.send(outgoing(to=BORIS, callback_url=url))
        await texts.send(outgoing("Thank you", to=CARLA, callback_url=url))
        await calls.send(outgoing(to=CARLA))
        while next_at := callbacks.next_at():
            telephone.clock.move_to(next_at)
            await callbacks.act()

    def told(to: str, name: str) -> list[str]:
        return [each[name] for each in listener.heard if each["To"] == to and name in each]

    assert told(ALICE, "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert told(BORIS, "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert told(CARLA, "MessageStatus") == ["sent", "undelivered"]
    assert told(CARLA, "ErrorCode") == ["30005"]
    assert {each["AccountSid"] for each in listener.heard} == {ACCOUNT}


async def test_whoever_does_not_listen_has_missed_it(telephone: Telephone) -> None:
    callbacks = Callbacks(telephone.company)
    await telephone.sms_channel().send(outgoing("hello", callback_url="http://127.0.0.1:1/twilio"))

    telephone.wait(60)
    await callbacks.act()

    assert callbacks.next_at() is None
