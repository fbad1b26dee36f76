"""`paldies run` as a shop's developer runs it: a process of its own, a real shop, a real mail server."""

import asyncio
import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.odd_shop import order_number
from tests.small_forks import ask, daemon
from tests.small_house import House
from tests.smtp_servers import KeepingServer, Mail
from tests.workplace import PROMPT, eventually

FIRST_DAY = """
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]

[[steps]]
name = "1_right_choice"
after = "2s"
channels = ["email"]
purpose = "service"
"""
AT_ONCE = FIRST_DAY.replace("2s", "0s")
UNPAID = """
title = "Something is left to do"
trigger = "order.placed"
stop_on = ["order.cancelled"]
who = "order.status == 'pending'"

[[steps]]
name = "1_to_pay"
after = "3s"
channels = ["email"]
purpose = "service"
"""
UNPAID_TEXT = "---\nsubject: Order {{ order.number }} waits for you\n---\nIt is {{ order.total|money }}.\n"
DUE_AFTER = 2.0  # seconds
SHOP_DOWN = "a shop cannot be read; it will be tried again"
DATABASE_DOWN = "the database cannot be used now; it will be tried again"


@contextmanager
def running(house: House, smtp_url: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The daemon, from its first look at the shop on, whether or not that can be read."""
    with house.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "paldies", "--config", str(house.config), "run"],
            env=house.environment(smtp_url),
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: house.told("orders") or house.told(SHOP_DOWN) or process.poll() is not None)
        assert process.poll() is None, house.log.read_text()
        yield process
    finally:
        process.kill()
        process.wait(PROMPT)


def why(house: House, order_id: int, *, campaign: str = "first_day") -> Any:
    """What `messages why` says of a campaign's first step."""
    (story,) = json.loads(ask(house, "messages", "why", str(order_id), "--json"))
    (step,) = [one["steps"][0] for one in story["campaigns"] if one["campaign"] == campaign]
    return step


def mails_to(server: KeepingServer, recipient: str) -> list[Mail]:
    return [mail for mail in server.mails if mail.recipient == recipient]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class HesitatingServer(KeepingServer):
    """Keeps the text, and answers only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.to_thread(self.may_answer.wait, PROMPT)
        return answer


class Live:
    """A house in which the daemon runs while the tests of this file come and go, each with its own orders."""

    def __init__(self, house: House, server: KeepingServer, process: "subprocess.Popen[bytes]") -> None:
        self.house = house
        self.shop = house.shop
        self.server = server
        self.process = process

    def only_mail(self, recipient: str) -> EmailMessage:
        """The one mail to this recipient, as soon as it is there."""
        mail: Mail
        (mail,) = eventually(lambda: mails_to(self.server, recipient))
        return mail.parsed


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The shop is down when the daemon starts, and comes back."""
    house = House.built(tmp_path_factory.mktemp("live"), FIRST_DAY)
    house.text("unpaid").mkdir()
    house.text("unpaid/campaign.toml").write_text(UNPAID)
    house.text("unpaid/1_to_pay.email.md").write_text(UNPAID_TEXT)
    with KeepingServer() as server, running(house, server.url) as process:
        house.shop.open()
        eventually(lambda: house.told("a shop can be read again"))
        yield Live(house, server, process)


def test_a_shop_that_is_down_at_start_is_told_once_and_read_when_it_is_back(live: Live) -> None:
    (down,) = live.house.told(SHOP_DOWN)
    (back,) = live.house.told("a shop can be read again")

    assert (down["level"], down["shop"], back["shop"]) == ("error", "tirgus", "tirgus")
    assert "tirgus.db" in down["why"] and "Traceback" not in live.house.log.read_text()


def test_one_order_gives_one_mail_in_time_in_her_language(live: Live) -> None:
    live.shop.order(101, "alise@example.com", name="Alīse", locale="lv")
    due_at = time.time() + DUE_AFTER

    mail = live.only_mail("alise@example.com")
    late = time.time() - due_at

    print(f"\none mail {late:.2f} s after it was due")
    assert -0.5 < late < 5
    assert str(mail["Subject"]) == f"Pasūtījums {order_number(101)} ir labās rokās"
    plain, html = body(mail, "plain"), body(mail, "html")
    for said in ("Alīse, tā ir laba izvēle", order_number(101), "59,90"):
        assert said in plain.replace("\N{NO-BREAK SPACE}", " ") and said in html
    assert (str(mail["From"]), str(mail["To"])) == ("Anna <anna@berzs.example>", "Alīse <alise@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"] and mail["Date"]
    assert not mail.defects
    step = why(live.house, 101)
    assert (step["outcome"], len(step["legs"][0]["attempts"])) == ("sent", 1)


def test_cancelled_before_it_is_due_nothing_leaves_and_why_says_so(live: Live) -> None:
    live.shop.order(201, "anna@example.com", locale="lv", status="jauns")
    live.shop.order(202, "boris@example.com", locale="ru", status="jauns")
    planned = "SELECT 1 FROM messages WHERE campaign = 'unpaid'"

    eventually(lambda: len(live.house.rows(planned)) == 2)
    live.shop.end(201)
    live.only_mail("boris@example.com")  # whose order is as old: her moment has come as well

    step = why(live.house, 201, campaign="unpaid")
    assert (step["outcome"], step["reason"]) == ("cancelled", "order_cancelled")
    assert not mails_to(live.server, "anna@example.com")


def test_a_second_daemon_on_the_same_database_refuses(live: Live) -> None:
    said = ask(live.house, "run", code=1)

    assert f"process {live.process.pid}" in said and "Traceback" not in said


def test_a_broken_edit_never_reaches_a_customer(live: Live) -> None:
    text = live.house.text("first_day/1_right_choice.email.lv.md")
    good = text.read_text()
    text.write_text(good.replace("Paldies par pasūtījumu", "{{ order.nunber }}"))
    (problem,) = eventually(lambda: live.house.told("a text cannot be used; the last good one stays"))

    live.shop.order(301, "berta@example.com", name="Berta", locale="lv", ago=2)
    mail = live.only_mail("berta@example.com")
    text.write_text(good)

    assert "1_right_choice.email.lv.md" in problem["problem"] and "nunber" in problem["problem"]
    assert "Paldies par pasūtījumu" in body(mail, "plain")


def test_pause_holds_everything_and_resume_lets_it_go(live: Live) -> None:
    ask(live.house, "pause")
    live.shop.order(401, "carla@example.com", name="Carla", locale="en-US", ago=2)
    planned = "SELECT 1 FROM messages WHERE key LIKE '%tirgus:401/%'"
    eventually(lambda: live.house.rows(planned))  # and due in the same moment
    enough = time.monotonic() + 1.2  # in which the daemon looks twice at what is due
    eventually(lambda: time.monotonic() > enough)

    held, step = mails_to(live.server, "carla@example.com"), why(live.house, 401)
    ask(live.house, "resume")
    mail = live.only_mail("carla@example.com")

    assert (held, step["outcome"]) == ([], "scheduled")
    assert str(mail["Subject"]) == f"Your order {order_number(401)} is in good hands"


def test_imported_orders_are_history_and_send_nothing(live: Live, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    now = int(time.time())
    file.write_text(
        "id,number,status,total,paid_at,email\n"
        + "".join(f"{n},B/{n},apmaksāts,100,{now},old{n}@example.com\n" for n in range(501, 511))
    )
    of_them = "JOIN orders ON orders.id = order_id WHERE orders.external_id BETWEEN '501' AND '510'"

    said = ask(live.house, "orders", "import", str(file))
    eventually(lambda: not live.house.rows(f"SELECT 1 FROM order_events {of_them} AND planned_at IS NULL"))

    assert "10 orders added as history" in said
    assert len(live.house.rows(f"SELECT 1 FROM order_events {of_them}")) >= 10
    assert not live.house.rows(f"SELECT 1 FROM enrolments {of_them}")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_and_a_locked_database_are_told_and_cost_no_message(tmp_path: Path) -> None:
    house = House.built(tmp_path / "house", AT_ONCE)
    house.shop.open()
    port = free_port()
    with daemon(house, f"smtp://berzs:old@127.0.0.1:{port}"):
        eventually(lambda: house.told("orders"))
        with KeepingServer(login=("berzs", "new"), port=port):
            house.shop.order(11, "alise@example.com", locale="lv")
            (rests,) = eventually(lambda: house.told("channel rests"))
        with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            house.shop.order(12, "boris@example.com", locale="ru")
            (locked, *_) = eventually(lambda: house.told(DATABASE_DOWN))
            other.execute("ROLLBACK")
        with KeepingServer(login=("berzs", "old"), port=port) as accepting:
            eventually(lambda: mails_to(accepting, "boris@example.com"))
            refused = why(house, 11)
            with closing(sqlite3.connect(house.database)) as connection, connection:
                connection.execute("UPDATE messages SET send_at = created_at")  # its minute's rest is over
            eventually(lambda: mails_to(accepting, "alise@example.com"))

    assert "535" in rests["why"] and "old" not in rests["why"]
    assert "locked" in locked["why"] and "Traceback" not in house.log.read_text()
    assert (refused["outcome"], refused["reason"]) == ("scheduled", "try_again")
    assert len(accepting.mails) == 2


def test_a_stop_waits_for_the_mail_server_s_answer(tmp_path: Path) -> None:
    house = House.built(tmp_path / "house", AT_ONCE)
    house.shop.open()
    with HesitatingServer() as server, daemon(house, server.url) as process:
        eventually(lambda: house.told("orders"))
        house.shop.order(11, "alise@example.com", locale="lv")
        eventually(lambda: server.mails)

        process.terminate()
        eventually(lambda: house.told("stopping"))
        server.may_answer.set()
        process.join(PROMPT)

    assert (process.exitcode, len(house.told("sent")), len(house.told("stopped"))) == (0, 1, 1)
    assert why(house, 11)["outcome"] == "sent"


def test_in_rehearsal_nothing_leaves_and_why_says_what_would_have(tmp_path: Path) -> None:
    house = House.built(tmp_path / "house", AT_ONCE, mode="rehearsal")
    house.shop.open()
    with KeepingServer() as server, daemon(house, server.url):
        eventually(lambda: house.told("orders"))
        house.shop.order(11, "alise@example.com", locale="lv")
        eventually(lambda: house.told("sent"))
        (story,) = json.loads(ask(house, "messages", "why", "11", "--text", "--json"))

    leg = story["campaigns"][0]["steps"][0]["legs"][0]
    assert "rehearsal" in leg["receipt"] and order_number(11) in leg["attempts"][0]["subject"]
    assert not server.connections and not house.database.exists()
