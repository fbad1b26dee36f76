"""What the benchmarks are measured with, and that the pages say what was measured."""

import smtplib
from pathlib import Path
from shutil import copy, copytree
from xml.etree import ElementTree

import pytest

from tests.benchmarks import page
from tests.benchmarks.plots import Bar, bars, lines
from tests.benchmarks.questions import QUESTIONS
from tests.benchmarks.receiver import Heard, Receiver

DOCS = page.PAGE.parent
MAIL = b"Subject: Hello\r\n\r\nHello Alice\r\n"


def send(receiver: Receiver, count: int) -> list[int]:
    """The answers to each mail, over one connection."""
    answers = []
    with smtplib.SMTP("127.0.0.1", receiver.port) as smtp:
        for _ in range(count):
            try:
                smtp.sendmail("anna@berzs.example", ["alice@example.com"], MAIL)
                answers.append(250)
            except smtplib.SMTPSenderRefused as refused:
                answers.append(refused.smtp_code)
    return answers


def test_the_receiver_counts_what_it_has_accepted() -> None:
    with Receiver() as receiver:
        send(receiver, 2)
        send(receiver, 1)

        heard = receiver.heard()

    assert len(heard.accepted) == 3
    assert list(heard.accepted) == sorted(heard.accepted)
    assert heard.size > len(MAIL)


def test_a_receiver_with_a_limit_refuses_what_is_beyond_it() -> None:
    with Receiver(most=2) as receiver:
        answers = send(receiver, 20)

        heard = receiver.heard()

    assert answers[:2] == [250, 250]
    assert answers.count(250) == len(heard.accepted)
    assert answers.count(451) == heard.refused > 0


def test_a_slow_receiver_takes_its_time_over_each_mail() -> None:
    with Receiver(takes=30, latency=10) as receiver:
        send(receiver, 3)

        heard = receiver.heard()

    assert heard.accepted[2] - heard.accepted[0] >= 2 * (0.030 + 4 * 0.010)


def test_a_rate_leaves_out_the_warm_up_and_lasts_until_all_is_written_down() -> None:
    heard = Heard([0.0, *(10 + number / 10 for number in range(20))], octets=2_100, refused=0)

    assert heard.rate(warm_up=0.05) == pytest.approx(10)
    assert heard.rate(warm_up=0.05, ended=13.8) == pytest.approx(5)
    assert heard.size == 100


def test_plots_are_pictures_that_stand_alone() -> None:
    among = {"SQLite": {10_000: 0.8, 5_000_000: 0.9}, "PostgreSQL": {10_000: 12, 5_000_000: 13}}

    drawn = [
        bars([Bar("a < b", 300, "ours"), Bar("c", 0)], unit="/s", describes="Mails & more"),
        lines(among, across="messages", unit=" ms", describes="A look"),
    ]

    assert [ElementTree.fromstring(each).tag for each in drawn] == ["{http://www.w3.org/2000/svg}svg"] * 2


def test_the_pages_say_what_was_measured(tmp_path: Path) -> None:
    for each in DOCS.glob("*.md"):
        copy(each, tmp_path)
    copytree(page.PAGE.with_suffix(""), tmp_path / "performance")

    page.write(tmp_path / "performance.md")

    for name in ("performance.md", "scaling.md"):
        assert (tmp_path / name).read_text() == (DOCS / name).read_text()
    assert "?<!---->" not in (tmp_path / "scaling.md").read_text()


def test_every_question_that_was_asked_has_a_section_of_its_own() -> None:
    text = page.PAGE.read_text()

    assert not [name for name, question in QUESTIONS.items() if f"\n## {question.TITLE}\n" not in text]
