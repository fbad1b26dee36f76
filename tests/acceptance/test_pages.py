"""The pages beside the daemon that `paldies run` starts: from the link in a mail to what staff see of it."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.small_forks import ask, begin, daemon
from tests.small_house import House
from tests.smtp_servers import KeepingServer
from tests.workplace import PROMPT, eventually

OFFER = """
title = "Something nice"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "0s"
channels = ["email"]
purpose = "promotional"
window = { days = "daily", hours = "0:00-24:00" }
"""
TEXT = "---\nsubject: Something nice\n---\nHow was it? {{ feedback_url }}\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def built(folder: Path, port: int) -> House:
    """A house whose one campaign sells something, with pages at this port."""
    house = House.built(folder, OFFER, {"1_right_choice.email.md": TEXT})
    settings = house.config.read_text().replace("port = 0", f"port = {port}")
    public = f'mode = "live"\npublic_url = "http://127.0.0.1:{port}"'
    house.config.write_text(settings.replace('mode = "live"', public))
    return house


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    with KeepingServer() as server:
        yield server


def answered(url: str, body: str = "") -> tuple[int, str]:
    """Status and text; a body is posted as a form."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=PROMPT)) as connection:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request("POST" if body else "GET", parts.path, body or None, kind)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_a_customer_who_answers_a_mail_is_heard(tmp_path: Path, server: KeepingServer) -> None:
    port = free_port()
    house = built(tmp_path, port)
    house.shop.open()
    with daemon(house, server.url) as process:
        eventually(lambda: house.told("orders"))
        house.shop.order(2, "alise@example.com", name="Alīse")
        (mail,) = eventually(lambda: list(server.mails))
        (way_out,) = re.findall(r"<(http[^>]+)>", str(mail.parsed["List-Unsubscribe"]))
        (feedback,) = set(re.findall(rf"http://127\.0\.0\.1:{port}/f/[\w-]+", body_of(mail)))

        pages = [answered(f"http://127.0.0.1:{port}/health"), answered(way_out), answered(feedback)]
        out = answered(way_out, "List-Unsubscribe=One-Click")
        heard = answered(feedback, "rating=1&text=It+leaks.")
        eventually(lambda: house.told("staff should look", topic="case 1"))
        process.terminate()
        process.join(PROMPT)

    assert [status for status, _ in (*pages, out, heard)] == [200] * 5
    assert json.loads(pages[0][1])["mode"] == "live"
    assert str(mail.parsed["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    (never_again,) = json.loads(ask(house, "customers", "show", "alise@example.com", "--json"))[
        "suppressions"
    ]
    assert (never_again["channel"], never_again["purpose"]) == ("email", "promotional")
    (case,) = json.loads(ask(house, "cases", "list", "--json"))
    assert (case["order"], case["text"]) == ("B/2", "1 of 5\nIt leaks.")
    assert house.told("staff should look", topic=f"case {case['number']}")
    assert process.exitcode == 0
    assert house.told("stopped")


def test_the_way_out_of_a_mail_works_when_the_shop_rehearses_again(
    tmp_path: Path, server: KeepingServer
) -> None:
    port = free_port()
    house = built(tmp_path, port)
    house.shop.open()
    with daemon(house, server.url) as process:
        eventually(lambda: house.told("orders"))
        house.shop.order(2, "alise@example.com", name="Alīse")
        (mail,) = eventually(lambda: list(server.mails))
        process.terminate()
        process.join(PROMPT)
    (way_out,) = re.findall(r"<(http[^>]+)>", str(mail.parsed["List-Unsubscribe"]))
    live = house.config.read_text()
    house.config.write_text(live.replace('mode = "live"', 'mode = "rehearsal"'))

    with daemon(house, server.url) as process:
        eventually(lambda: len(house.told("running")) == 2)
        health, _ = eventually(lambda: answered(f"http://127.0.0.1:{port}/health"))
        out, _ = answered(way_out, "List-Unsubscribe=One-Click")
        process.terminate()
        process.join(PROMPT)
    house.config.write_text(live)

    assert (health, out) == (200, 200)
    assert json.loads(ask(house, "customers", "show", "alise@example.com", "--json"))["suppressions"]


def body_of(mail: Any) -> str:
    part = mail.parsed.get_body(("plain",))
    return str(part.get_content())


def test_a_daemon_whose_port_is_taken_says_so_and_sends_nothing(
    tmp_path: Path, server: KeepingServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        house = built(tmp_path, port)
        house.shop.open()
        house.shop.order(2, "alise@example.com")

        process = begin(house, ["run"], house.environment(server.url), out=house.log, err=house.log)
        process.join(PROMPT)

    assert process.exitcode == 1
    assert f"port {port} is in use" in house.log.read_text()
    assert "[web] port" in house.log.read_text()
    assert server.mails == []
    assert not house.told("running")


def test_a_visitor_who_never_finishes_does_not_hold_up_the_end(tmp_path: Path, server: KeepingServer) -> None:
    port = free_port()
    house = built(tmp_path, port)
    house.shop.open()
    with daemon(house, server.url) as process:
        eventually(lambda: house.told("orders"))
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            visitor.sendall(b"POST /twilio/x/status HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nList-")
            process.terminate()
            process.join(PROMPT)

    assert process.exitcode == 0
    assert house.told("stopped")
    assert "Traceback" not in house.log.read_text()
