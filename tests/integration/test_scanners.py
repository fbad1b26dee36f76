"""What opens every link and what sends garbage: neither changes anything, nor costs anything."""

import asyncio
import random
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from select import select as select_sockets
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from paldies.configuration import load
from paldies.store.database import Database
from paldies.store.schema import cases, feedback, suppressions
from paldies.web.reception import Reception
from tests.sent import send_one
from tests.smtp_servers import KeepingServer
from tests.visitor import Notebook, front_desk, received
from tests.whole_house import CAMPAIGN, MORNING, WholeHouse, furnish

PUBLIC = 'public_url = "https://care.berzs.example"'
OFFER = CAMPAIGN.replace('"service"', '"promotional"').replace('after = "20m"', 'after = "0s"')
TEXT = (
    "---\nsubject: Hello\n---\n[How was it?]({{ feedback_url }}) [Very good]({{ feedback_url }}?rating=5)"
    " [Something wrong?]({{ complaint_url }})\n"
)
TIMES = 50


async def test_a_scanner_that_opens_every_link_of_a_mail_fifty_times_changes_nothing(tmp_path: Path) -> None:
    with KeepingServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text=TEXT, campaign=OFFER, main=PUBLIC)
        house = await WholeHouse.opened(tmp_path)
        shop.order("alice", at=MORNING)
        await house.live(days=1)
        (mail,) = server.mails
        pages = replace(
            Reception.of(house.app, load(tmp_path / "paldies.toml", {})), staff=(staff := Notebook())
        )
        links = set(re.findall(r"https://care\.berzs\.example(/[^\s\"<>)]+)", as_text(mail.parsed)))
        before = house.app.database.look(everything)

        async with received(pages) as visitor:
            statuses = {
                (await visitor.get(path, method=method)).status
                for path in sorted(links)
                for method in ("GET", "HEAD")
                for _ in range(TIMES)
            }
        after = house.app.database.look(everything)
        await house.close()

    assert {path[:3] for path in links} == {"/u/", "/f/", "/c/"}
    assert statuses == {200}
    assert after == before
    assert staff.told == []


def as_text(mail: object) -> str:
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]  # type: ignore[attr-defined]
    return "\n".join([str(mail["List-Unsubscribe"]), *parts])  # type: ignore[index]


def everything(session: Session) -> dict[str, list[str]]:
    """The whole database, but for its heartbeat."""
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in SQLModel.metadata.sorted_tables
        if table.name != "instance"
    }


@pytest.fixture
def quick(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


def wishes(session: Session) -> int:
    return sum(len(session.execute(select(table)).all()) for table in (suppressions, feedback, cases))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_a_wrong_method_is_refused(quick: Database, method: str) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))

    async with received(desk) as visitor:
        answers = [
            await visitor.get(path, method=method)
            for path in (f"/u/{token}", f"/f/{token}", f"/c/{token}", "/health", "/metrics", "/")
        ]

    assert {answer.status for answer in answers} == {405}
    assert quick.look(wishes) == 0


@pytest.mark.parametrize("page", ["f", "c"])
async def test_ten_megabytes_are_refused_before_they_are_read(quick: Database, page: str) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))

    async with received(desk) as visitor:
        taken, answer = await asyncio.to_thread(pour, visitor.at, f"/{page}/{token}", 10_000_000)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert taken < 10_000_000
    assert quick.look(wishes) == 0


def pour(at: str, path: str, size: int) -> tuple[int, bytes]:
    """How much of a body went until the page had heard enough, and what it answered."""
    place = urlsplit(at)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with closing(socket.create_connection((place.hostname, place.port), 30)) as line:
        line.sendall(f"{head}Content-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        sent = 0
        try:
            while sent < size and not is_answered(line):
                sent += line.send(b"a" * 16_384)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return sent, line.recv(64)


def is_answered(line: socket.socket) -> bool:
    return bool(select_sockets([line], [], [], 0.001)[0])


async def test_garbage_gets_an_answer_below_500_and_changes_nothing(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))
    dice = random.Random(7)
    kinds = ["", "text/plain", "application/json", "multipart/form-data; boundary=x", "a/b; charset=\xff"]

    async with received(desk) as visitor:
        statuses = {
            (await visitor.post(path, dice.randbytes(dice.randrange(3000)), kind=dice.choice(kinds))).status
            for path in (
                f"/f/{token}",
                f"/c/{token}",
                "/f/x",
                "/c/" + "A" * 22,
                "/u/%FF%00",
                "/u/" + "%2e" * 9,
            )
            for _ in range(10)
        }

    assert max(statuses) < 500
    assert quick.look(wishes) == 0
