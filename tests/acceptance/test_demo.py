"""`paldies demo`, as a visitor runs it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from paldies.clock import SteppedClock
from paldies.customers.addresses import phone_number
from paldies.demo.chronicle.chronicle import Chronicle
from paldies.demo.chronicle.narrator import Narrator
from paldies.demo.page.cards import card_of, ticker, told
from paldies.demo.page.view import View
from paldies.demo.story.telling import tell
from paldies.demo.telephone.company import Company
from paldies.demo.world.mail_server import MailServer
from paldies.store.database import Database

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

    assert "What was not done, and why" in played.told
    assert len(played.told.splitlines()) <= 25
    assert played.told_where_it_was_kept.startswith(played.told)


def test_another_seed_is_another_month() -> None:
    months = [tell(seed) for seed in (7, 7, 8)]

    assert months[0] == months[1] != months[2]


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

    [(sent,)] = played.rows("SELECT count(*) FROM messages WHERE status = 'sent' AND channel = 'email'")

    assert len(set(ids)) == len(ids) == int(sent)


def test_no_claim_is_refused_and_no_text_fails(played: Played) -> None:
    told = [json.loads(line) for line in (played.kept / "daemon.log").read_text("utf-8").splitlines()]

    trouble = {line["event"] for line in told if line["level"] in ("warning", "error")}

    assert trouble == {"staff should look", "a shop cannot be read; it will be tried again"}


def test_nothing_is_sent_after_a_cancellation_or_a_refund(played: Played) -> None:
    ended = """
        SELECT e.order_id, max(m.sent_at), v.happened_at
          FROM enrolments e JOIN messages m ON m.enrolment_id = e.id JOIN order_events v USING (order_id)
         WHERE v.kind IN ('order.cancelled', 'order.refunded') GROUP BY e.order_id
    """

    orders = played.rows(ended)

    assert len(orders) >= 5
    assert [order for order, sent_at, ended_at in orders if sent_at and sent_at > ended_at] == []


def test_at_the_end_every_first_day_is_over_and_everything_has_its_reason(
    played: Played,
) -> None:
    ended = "('sent', 'skipped', 'cancelled', 'failed')"
    waiting = f"SELECT key FROM messages WHERE campaign = 'first_day' AND status NOT IN {ended}"
    unexplained = f"SELECT key FROM messages WHERE status IN {ended} AND status != 'sent' AND reason = ''"

    assert played.rows(waiting) == []
    assert played.rows(unexplained) == []


def test_the_month_holds_what_a_shop_has_to_get_right(played: Played) -> None:
    of_messages = played.rows("SELECT reason FROM messages UNION SELECT reason FROM enrolments")
    of_tries = played.rows("SELECT DISTINCT outcome FROM attempts ORDER BY 1")

    never_sent = {"refused", "suppressed", "no_address", "not_wanted", "already_said", "frequency_cap"}
    not_by_telephone = {
        "no_consent",
        "no_window",
        "not_reached",
        "answered_by_machine",
        "bounced",
        "not_done",
    }
    never_entered = {"joined", "again_too_soon", "seen_too_late"}
    ended_early = {"order_cancelled", "order_refunded"}
    assert {reason for (reason,) in of_messages} >= {
        *never_sent, *not_by_telephone, *never_entered, *ended_early,
    }  # fmt: skip
    assert of_tries == [("refused",), ("sent",), ("try_again",)]


REACHED = ("sent", "")


@pytest.mark.parametrize(
    ("name", "legs"),
    [
        ("Laima Ozoliņa", [("call", *REACHED)]),
        ("Māris Krūmiņš", [("call", "failed", "not_reached"), ("call", *REACHED)]),
        ("Gatis Zariņš", [("call", "failed", "not_reached")] * 3 + [("sms", *REACHED)]),
        ("Felix Schubert", [("call", "failed", "answered_by_machine"), ("sms", *REACHED)]),
        (
            "Игорь Коваленко",
            [("call", "failed", "refused"), ("sms", "failed", "bounced"), ("task", "failed", "refused"),
             ("email", *REACHED)],
        ),
        ("Pēteris Āboliņš", [("call", *REACHED)]),
        ("Clara Novak", [("call", *REACHED)]),
        ("Kristaps Vītols", [("call", "skipped", "no_window"), ("sms", *REACHED)]),
        ("Otto Lindqvist", [("call", *REACHED)]),
        ("Юлия Шевчук", [("call", "cancelled", "order_refunded")]),
    ],
)  # fmt: skip
def test_the_reminder_finds_its_way(played: Played, name: str, legs: list[tuple[str, str, str]]) -> None:
    number = story_number(name)

    taken = played.rows(
        "SELECT m.channel, m.status, m.reason FROM messages m JOIN enrolments e ON e.id = m.enrolment_id"
        f" JOIN orders o ON o.id = e.order_id WHERE o.phone = '{number}' AND m.step = '2_reminder'"
        " ORDER BY m.leg"
    )

    assert taken == legs


def story_number(name: str) -> str:
    """That of the person whom a chapter is about; passers-by may bear the same name."""
    [person] = [one for one in tell(7).people if one.name == name and one.email.endswith("home.example")]
    return phone_number(person.phone, person.place.country)


def test_nobody_is_rung_on_a_sunday_or_outside_nine_to_eight_wherever_they_may_be(played: Played) -> None:
    calls = played.rows(
        "SELECT a.started_at, o.zones FROM attempts a JOIN messages m ON m.id = a.message_id"
        " JOIN enrolments e ON e.id = m.enrolment_id JOIN orders o ON o.id = e.order_id"
        " WHERE m.channel = 'call'"
    )

    rung = [
        datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        for at, zones in calls
        for zone in json.loads(zones)
    ]

    assert len(calls) >= 10
    assert [at for at in rung if not 9 <= at.hour < 20 or at.weekday() == 6] == []


def test_while_a_complaint_is_open_nothing_is_offered(played: Played) -> None:
    [(customer, opened, closed)] = played.rows(
        "SELECT customer_id, opened_at, closed_at FROM cases WHERE text LIKE 'Paplāte%'"
    )

    sent = played.rows(
        "SELECT campaign, sent_at FROM messages WHERE status = 'sent' AND purpose = 'promotional'"
        f" AND customer_id = {customer} ORDER BY sent_at"
    )

    assert [campaign for campaign, _ in sent] == ["listening", "getting_started"]
    assert [at for _, at in sent if opened <= at < closed] == []


def test_a_tap_on_the_way_out_holds(played: Played) -> None:
    offered = played.rows(
        "SELECT m.status, m.reason FROM messages m JOIN enrolments e ON e.id = m.enrolment_id"
        " JOIN orders o ON o.id = e.order_id WHERE o.email = 'oskars.liepins@home.example'"
        " AND m.purpose = 'promotional' ORDER BY m.id"
    )

    assert sorted(offered) == [("sent", ""), ("skipped", "suppressed")]


def test_what_staff_have_said_about_their_tasks_is_on_record(played: Played) -> None:
    outcomes = {outcome for (outcome,) in played.rows("SELECT outcome FROM staff_tasks")}
    asked = played.rows("SELECT kind, note FROM staff_tasks WHERE kind = 'call_back' AND outcome = 'reached'")

    assert outcomes >= {"reached", "voicemail", "no_more", "not_done", "wrong_number"}
    assert asked == [("call_back", "wanted to hear that the initials are free of charge")]


def test_the_sums_of_the_month_are_those_of_the_database(played: Played) -> None:
    channels = played.rows(
        "SELECT channel, count(*) FROM messages WHERE receipt != '' GROUP BY channel ORDER BY channel"
    )
    [(tasks,)] = played.rows("SELECT count(*) FROM staff_tasks WHERE done_at IS NOT NULL")

    by_channel = {channel: int(count) for channel, count in channels}
    assert f"{by_channel['email']}  letters" in played.told
    assert f"{by_channel['call']}  calls by a machine" in played.told
    assert f"{by_channel['sms']}  texts" in played.told
    assert f"{tasks}  calls for Anna" in played.told


def test_everything_of_the_month_is_told_in_words(played: Played, tmp_path: Path) -> None:
    clock = SteppedClock(datetime(2026, 5, 1, tzinfo=UTC))
    view = View(Chronicle(), MailServer(clock, tmp_path / "mails"), Company(clock), clock)
    terminal = StringIO()
    narrator = Narrator(Console(file=terminal, width=400), duration=view.duration)
    with closing(Database(f"sqlite:///{played.kept / 'paldies.db'}")) as database:
        entries = database.look(view.chronicle.look, clock.now())

    for entry in entries:
        narrator.tell(entry)
        card_of(entry, view)
        assert told(entry)

    [(complaints,)] = played.rows("SELECT count(*) FROM cases")
    lines = terminal.getvalue().splitlines()
    assert sum("Until this is settled" in line for line in lines) == int(complaints)
    assert ticker(entries).partition(": ")[2]


def test_a_visitor_reads_the_letters_while_they_arrive_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = tmp_path / "visit"
    visit = demo("--speed", "20000", folder=folder)
    assert visit.stdout and visit.stderr
    lines = []
    for line in visit.stdout:
        lines.append(line)
        if " letter " in line:
            break
    [address] = re.findall(r"http://127\.0\.0\.1:\d+/", "".join(lines))

    with urlopen(address) as page, urlopen(f"{address}news") as news:
        told, seen = page.read().decode(), json.load(news)
    card = next(card for card in seen["cards"] if card["kind"] == "letter")
    with urlopen(f"{address}letters?id={quote(card['id'].removeprefix('letter-'))}") as letter:
        mail = json.load(letter)
    visit.send_signal(signal.SIGINT)
    rest, complaints = visit.communicate(timeout=30)

    assert visit.returncode == 0, complaints
    assert "<title>paldies" in told
    assert card["order"] in mail["text"]
    assert "What was done" in rest
    assert list(folder.iterdir()) == []
