"""`paldies demo`, as a visitor runs it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

import pytest

ORDER_NUMBER = re.compile(r"BL-\d{4}")
STAFF = "anna@linsunberzs.example"


def demo(*arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """A demo in a process of its own, whose temporary files go into `folder`."""
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "paldies", "demo", *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Played:
    """The same month, played twice at the same time in different folders, and one of them kept."""

    codes: tuple[int, int]
    told: str
    told_where_it_was_kept: str
    kept: Path

    def rows(self, statement: str) -> Sequence[tuple[str, ...]]:
        connection = sqlite3.connect(self.kept / "paldies.db")
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    @property
    def mails(self) -> list[EmailMessage]:
        files = sorted((self.kept / "mails").iterdir())
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    @property
    def letters(self) -> list[EmailMessage]:
        return [mail for mail in self.mails if STAFF not in str(mail["To"])]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    kept = there / "kept"
    alone = demo("--once", "--seed", "7", folder=here)
    keeping = demo("--once", "--seed", "7", "--keep", str(kept), folder=there)
    told, _ = alone.communicate(timeout=120)
    told_there, _ = keeping.communicate(timeout=120)
    return Played((alone.returncode, keeping.returncode), told, told_there, kept)


def test_the_same_seed_tells_the_same_month_wherever_it_is_played(played: Played) -> None:
    assert played.codes == (0, 0)

    assert "1_right_choice" in played.told
    assert played.told_where_it_was_kept.startswith(played.told)


def test_every_letter_names_the_same_order_in_its_text_and_in_its_html(played: Played) -> None:
    assert len(played.letters) > 100

    for letter in played.letters:
        html, text = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html and text
        numbers = set(ORDER_NUMBER.findall(text.get_content()))
        assert len(numbers) == 1
        assert set(ORDER_NUMBER.findall(html.get_content())) == numbers


def test_nothing_is_sent_twice(played: Played) -> None:
    ids = [letter["Message-ID"] for letter in played.letters]

    [(sent,)] = played.rows("SELECT count(*) FROM messages WHERE status = 'sent'")

    assert len(set(ids)) == len(ids) == int(sent)


def test_nothing_is_sent_after_a_cancellation_or_a_refund(played: Played) -> None:
    ended = """
        SELECT e.order_id, max(m.sent_at), v.happened_at
          FROM enrolments e JOIN messages m ON m.enrolment_id = e.id JOIN order_events v USING (order_id)
         WHERE v.kind IN ('order.cancelled', 'order.refunded') GROUP BY e.order_id
    """

    orders = played.rows(ended)

    assert len(orders) >= 5
    assert [order for order, sent_at, ended_at in orders if sent_at and sent_at > ended_at] == []


def test_by_the_end_of_the_month_everything_was_sent_or_has_its_reason(played: Played) -> None:
    waiting = "SELECT key FROM messages WHERE status NOT IN ('sent', 'skipped', 'cancelled', 'failed')"
    unexplained = "SELECT key FROM messages WHERE status != 'sent' AND reason = ''"

    assert played.rows(waiting) == []
    assert played.rows(unexplained) == []


def test_the_month_holds_what_a_shop_has_to_get_right(played: Played) -> None:
    of_messages = played.rows("SELECT reason FROM messages UNION SELECT reason FROM enrolments")
    of_tries = played.rows("SELECT DISTINCT outcome FROM attempts ORDER BY 1")

    never_sent = {"refused", "suppressed", "no_address", "not_wanted", "already_said", "frequency_cap"}
    never_entered = {"joined", "again_too_soon", "seen_too_late"}
    ended_early = {"order_cancelled", "order_refunded"}
    assert {reason for (reason,) in of_messages} == {"", *never_sent, *never_entered, *ended_early}
    assert of_tries == [("refused",), ("sent",), ("try_again",)]


def test_a_visitor_reads_the_letters_while_they_arrive_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = tmp_path / "visit"
    visit = demo("--speed", "50000", folder=folder)
    assert visit.stdout and visit.stderr
    lines = []
    for line in visit.stdout:
        lines.append(line)
        if " letter " in line:
            break
    [address] = re.findall(r"http://127\.0\.0\.1:\d+/", "".join(lines))

    with (
        urlopen(address) as page,
        urlopen(f"{address}news") as news,
        urlopen(f"{address}letters/0") as letter,
    ):
        told, seen, first = page.read().decode(), json.load(news), json.load(letter)
    visit.send_signal(signal.SIGINT)
    rest, complaints = visit.communicate(timeout=30)

    assert visit.returncode == 0, complaints
    assert "<title>paldies" in told
    assert seen["letters"][0]["order"] in first["text"]
    assert "What was sent, and what was not" in rest
    assert list(folder.iterdir()) == []
