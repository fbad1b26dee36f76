"""What an attacker tries on the pages: waiting, guessing, pretending, writing into the log."""

import asyncio
import json
import socket
from contextlib import closing
from io import StringIO
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from paldies import logs
from paldies.outbox.links import Links
from paldies.web.serving import serving

LINKS = Links("https://care.example.com", b"k" * 32)
FOR_EVER = 5  # seconds; what is to end, ends within a tenth of it


def small_pages() -> FastAPI:
    pages = FastAPI(openapi_url=None)

    @pages.get("/")
    async def index() -> PlainTextResponse:
        return PlainTextResponse("hello")

    @pages.get("/broken")
    async def broken() -> PlainTextResponse:
        raise RuntimeError("no\nlevel=info forged")

    return pages


def talk(at: str, *words: bytes) -> bytes:
    """What comes back until the line is closed; after its last word a visitor says nothing more."""
    place = urlsplit(at)
    with closing(socket.create_connection((place.hostname, place.port), FOR_EVER)) as line:
        for word in words:
            line.sendall(word)
        answer = b""
        while some := line.recv(65536):
            answer += some
        return answer


@pytest.mark.parametrize("words", [(), (b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",)])
async def test_who_keeps_a_connection_and_asks_for_nothing_is_seen_out(words: tuple[bytes, ...]) -> None:
    async with serving(small_pages(), 0, patience=0.05) as at:
        answer = await asyncio.to_thread(talk, at, *words)

    assert answer == b""


async def test_who_asks_and_then_dawdles_is_answered_and_seen_out() -> None:
    first = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(small_pages(), 0, patience=0.05) as at:
        answer = await asyncio.to_thread(talk, at, first, b"GET / HTTP/1.1\r\nHo")

    assert answer.count(b"hello") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"Host: evil.example",
        b"Host: [",
        b"Host: a\x00b",
        b"Host: x\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil.example",
        b"Host: x\r\nX-Long: " + b"y" * 70_000,
        b"Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        b"Host: x\r\nContent-Length: 1\r\nContent-Length: 2",
    ],
)
async def test_no_header_leads_anybody_elsewhere(head: bytes) -> None:
    async with serving(small_pages(), 0, patience=0.05) as at:
        answer = await asyncio.to_thread(
            talk, at, b"GET / HTTP/1.1\r\nConnection: close\r\n" + head + b"\r\n\r\n"
        )

    assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 "))
    assert b"evil" not in answer and b"gopher" not in answer and b"location:" not in answer.lower()


@pytest.fixture
def log() -> StringIO:
    stream = StringIO()
    logs.configure(stream)
    return stream


async def test_nothing_that_is_asked_for_gets_into_the_log_as_a_line(log: StringIO) -> None:
    asked = b"GET /broken?x=%0Alevel=info%20forged%1b[2J HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with serving(small_pages(), 0) as at:
        await asyncio.to_thread(talk, at, asked)
        await asyncio.to_thread(talk, at, b"\x1b[2J forged\r\n\r\n")

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["level"] for line in lines} <= {"error", "warning"}
    assert not any("forged" in line["event"] for line in lines)
    assert "RuntimeError" in lines[0]["exception"]


@given(st.one_of(st.text(max_size=30), st.text(alphabet="ABCabc019-_=+/.", min_size=22, max_size=22)))
def test_nobody_guesses_a_link(token: str) -> None:
    assert LINKS.message_id(token) is None


@pytest.mark.parametrize("place", range(21))
def test_a_link_that_is_changed_in_one_place_is_none(place: int) -> None:
    token = LINKS.token(7)

    other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]

    assert LINKS.message_id(token) == 7
    assert LINKS.message_id(other) is None


def test_a_link_of_another_house_is_none() -> None:
    assert LINKS.message_id(Links("https://care.example.com", b"l" * 32).token(7)) is None


def test_the_secret_of_the_links_is_shown_to_nobody() -> None:
    assert "kkkk" not in repr(LINKS)
