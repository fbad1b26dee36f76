"""The border to Twilio itself: connections, time-outs, secrets, and never a second request."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from paldies.channels.base import DeliveryError, Doubt
from paldies.channels.twilio.account import Account
from paldies.channels.twilio.patience import Patience
from paldies.demo.telephone.company import ACCOUNT, TOKEN, Fault
from tests.outgoings import outgoing
from tests.telephone import HASTE, telephone_company


@asynccontextmanager
async def opened(base_url: str, patience: Patience = HASTE) -> AsyncIterator[Account]:
    account = Account(ACCOUNT, TOKEN, base_url=base_url, patience=patience)
    yield account
    await account.close()


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Something that says the same to everyone; what it was asked is kept."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def test_where_nobody_listens_nothing_left() -> None:
    async with opened(nowhere()) as account:
        with pytest.raises(DeliveryError, match="refused") as error:
            await account.place(lambda client: client.calls.create(to="+1", from_="+2", twiml="<Response/>"))

    assert (error.value.fault, error.value.permanent, error.value.code) == ("provider", False, "connection")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"rubbish\r\n\r\n",
    ],
)
async def test_an_answer_that_says_neither_yes_nor_no_is_a_doubt_and_is_asked_for_once(answer: bytes) -> None:
    async with answering(answer) as (url, asked), opened(url) as account:
        with pytest.raises(Doubt):
            await account.place(lambda client: client.calls.create(to="+1", from_="+2", twiml="<Response/>"))

    assert len(asked) == 1


@pytest.mark.parametrize("status", [b"404 Not Found", b"302 Found", b"407 Proxy Authentication Required"])
async def test_whoever_answers_in_twilios_place_has_placed_nothing(status: bytes) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\nLocation: /elsewhere\r\nContent-Length: 6\r\n\r\n<html>"
    async with answering(answer) as (url, asked), opened(url) as account:
        with pytest.raises(DeliveryError, match=r"twilio\.base_url") as error:
            await account.place(lambda client: client.calls.create(to="+1", from_="+2", twiml="<Response/>"))

    assert (error.value.fault, error.value.permanent) == ("us", False)
    assert len(asked) == 1


async def test_a_silent_twilio_is_not_waited_for_for_ever() -> None:
    async with telephone_company() as telephone:
        telephone.company.faults.append(Fault.SILENT)
        account = telephone.account(patience=Patience(connect=1, answer=0.2))

        with pytest.raises(Doubt, match="timed out"):
            await telephone.call_channel(account=account).send(outgoing())

    assert len(telephone.calls) == 1


async def test_what_could_not_be_begun_in_time_is_not_begun() -> None:
    async with telephone_company() as telephone:
        with pytest.raises(DeliveryError) as error:
            await telephone.call_channel().send(outgoing(deadline=time.monotonic() - 1))

    assert (error.value.code, error.value.permanent) == ("deadline", False)
    assert telephone.calls == []


async def test_a_wrong_token_is_our_fault_and_is_never_told() -> None:
    async with telephone_company() as telephone:
        account = telephone.account(token="a-wrong-token")

        for tried in (account.probe(), telephone.call_channel(account=account).send(outgoing())):
            with pytest.raises(DeliveryError, match="PALDIES_TWILIO_AUTH_TOKEN") as error:
                await tried
            assert (error.value.fault, error.value.permanent) == ("us", False)
            assert "a-wrong-token" not in f"{error.value!r} {vars(account)}"


async def test_an_account_that_works_is_found_to() -> None:
    async with telephone_company() as telephone:
        await telephone.account().probe()


async def test_a_suspended_account_says_so() -> None:
    body = b'{"sid": "AC1", "status": "suspended"}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with answering(answer) as (url, _), opened(url) as account:
        with pytest.raises(DeliveryError, match="suspended") as error:
            await account.probe()

    assert (error.value.fault, error.value.permanent) == ("us", False)


async def test_a_closed_account_places_nothing() -> None:
    async with telephone_company() as telephone:
        channel = telephone.call_channel()
        await channel.close()
        await channel.close()

        with pytest.raises(DeliveryError, match="closed"):
            await channel.send(outgoing())

    assert telephone.calls == []


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "api.twilio.com", "https://"])
def test_a_host_to_which_the_token_would_go_in_the_open_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"twilio\.base_url"):
        Account(ACCOUNT, TOKEN, base_url=url)
