"""Bad input: each a clear error with its remedy, and the daemon keeps doing everything else."""

import io
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError, StatementError
from structlog.testing import capture_logs

from paldies.campaigns.reasons import Reason
from paldies.cli import main
from paldies.orders.shops.base import Page
from paldies.orders.shops.sql import SqlShop
from paldies.orders.snapshot import Snapshot
from paldies.orders.watcher import Watcher
from paldies.store.database import Database
from tests.fakes import FakeShop
from tests.newest_schema import newest_schema
from tests.smtp_servers import KeepingServer, ScriptedServer
from tests.whole_house import (
    CAMPAIGN,
    MORNING,
    ShopDatabase,
    WholeHouse,
    furnish,
    paldies_toml,
    shop_toml,
)

TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"
SOON = timedelta(minutes=21)  # after an order is seen, its message is due
SHOP_DOWN = "a shop cannot be read; it will be tried again"


@pytest.fixture(scope="module")
def letterbox() -> Iterator[KeepingServer]:
    with KeepingServer() as server:
        yield server


@pytest.fixture
def mails(letterbox: KeepingServer) -> Callable[[], list[str]]:
    """Who was written to since the test began."""
    before = len(letterbox.mails)
    return lambda: [mail.recipient for mail in letterbox.mails[before:]]


@pytest.fixture
def shop(tmp_path: Path, letterbox: KeepingServer) -> ShopDatabase:
    """The healthy shop of the house that lies in tmp_path."""
    (tmp_path / "paldies.db").write_bytes(newest_schema())
    return furnish(tmp_path, smtp=letterbox.url, text=TEXT)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While another program is writing to a database file, and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


# through the admin command


@dataclass(frozen=True)
class Said:
    """What a command answered, on one line."""

    code: int
    text: str


Paldies = Callable[..., Said]


@pytest.fixture
def paldies(
    tmp_path: Path,
    shop: ShopDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Paldies]:
    for name in [name for name in os.environ if name.startswith("PALDIES_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "5000")  # so that no sentence is broken into lines
    monkeypatch.setattr("sys.stdin", io.StringIO())
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        return Said(int(end.value.code or 0), " ".join((out + err).split()))

    yield run
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def settings(folder: Path, text: str | bytes) -> None:
    (folder / "paldies.toml").write_bytes(text.encode() if isinstance(text, str) else text)


def is_a_folder(folder: Path) -> None:
    (folder / "paldies.toml").unlink()
    (folder / "paldies.toml").mkdir()


BAD_SETTINGS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "not there": (
        lambda f: (f / "paldies.toml").unlink(),
        ("paldies.toml is not there", "run `paldies init`"),
    ),
    "a folder": (is_a_folder, ("paldies.toml cannot be read (Is a directory)", "has to be a file")),
    "not UTF-8": (
        lambda f: settings(f, b"[paldies]\nlocale = '\xff'"),
        ("paldies.toml cannot be read", "save it as UTF-8"),
    ),
    "not TOML": (
        lambda f: settings(f, "[paldies]\nmode = live"),
        ("paldies.toml: this is not TOML", "line 2"),
    ),
    "unknown key": (
        lambda f: settings(f, "[paldies]\n\ntimezone = 'Europe/Riga'"),
        ("paldies.toml:3: paldies.timezone is not a setting", "did you mean 'time_zone'?"),
    ),
    "unknown section": (
        lambda f: settings(f, "[mail]\nurl = ''"),
        ("paldies.toml:1: mail is not a setting", "'email'"),
    ),
    "wrong type": (
        lambda f: settings(f, "[email]\nconnections = 'many'"),
        ("paldies.toml:2: email.connections",),
    ),
    "a table as text": (lambda f: settings(f, "paldies = 'live'"), ("paldies.toml:1: paldies",)),
    "a shop as a table": (lambda f: settings(f, "[shops]\nname = 'store'"), ("paldies.toml:1: shops",)),
    "shops as words": (lambda f: settings(f, "shops = ['store']"), ("paldies.toml:1: shops[1]",)),
    "unknown zone": (
        lambda f: settings(f, "[paldies]\ntime_zone = 'Riga'"),
        ("paldies.toml:2: paldies.time_zone", 'write one like "Europe/Riga"'),
    ),
    "a poll of nothing": (
        lambda f: settings(f, "[[shops]]\nname = 'a'\nkind = 'folder'\npath = '.'\npoll = 'often'"),
        ("paldies.toml:5: shops[1].poll", "write for example"),
    ),
    "two of one name": (
        lambda f: settings(f, "[[shops]]\nname='a'\nkind='folder'\n[[shops]]\nname='a'\nkind='folder'"),
        ("two shops are called a", "every [[shops]] needs its own name"),
    ),
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_bad_settings_name_file_line_key_and_remedy(
    paldies: Paldies, tmp_path: Path, name: str, command: str
) -> None:
    spoil, sentences = BAD_SETTINGS[name]
    spoil(tmp_path)

    said = paldies(command)

    assert said.code == 1
    assert all(sentence in said.text for sentence in sentences), said.text
    assert "Traceback" not in said.text


def shops(*tables: str) -> Callable[[Path], None]:
    return lambda folder: settings(folder, paldies_toml("smtp://127.0.0.1:1", *tables))


BAD_SHOPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown kind": ('[[shops]]\nname = "a"\nkind = "sqll"\n', ("shops.a.kind", 'did you mean "sql"?')),
    "unknown key": (
        shop_toml("store", more='zone = "UTC"'),
        ("shops.store.zone is not a setting", "time_zone"),
    ),
    "no query": (
        '[[shops]]\nname = "a"\nkind = "sql"\nurl = "sqlite:///a.db"\n',
        ("shops.a.query is missing",),
    ),
    "unknown zone": (
        shop_toml("store", more='time_zone = "Mars"'),
        ("shop 'store'", "the time_zone 'Mars' is not known", "Europe/Riga"),
    ),
    "unknown status": (
        shop_toml("store", more='[shops.status]\nnew = "fresh"'),
        ("shop 'store', [shops.status]", "'fresh'", "write one of"),
    ),
    "unclear ignore": (shop_toml("store", more='ignore = "status =="'), ("shop 'store'",)),
    "unknown parameter": (
        shop_toml("store", query="SELECT id FROM sale WHERE placed_at > :sinse"),
        ("shop 'store'", "only :since is known"),
    ),
    "a number for a word": (
        shop_toml("store", more="currency = 5"),
        ("shops.store.currency", "valid string"),
    ),
    "a word for yes": (
        shop_toml("store", more='minor_units = "nein"'),
        ("shops.store.minor_units", "'nein'"),
    ),
    "no such wait": (
        shop_toml("store", more='overlap = "long"'),
        ("shops.store.overlap", "write for example"),
    ),
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", BAD_SHOPS)
def test_a_shop_that_is_set_up_wrongly_is_refused_with_the_remedy(
    paldies: Paldies, tmp_path: Path, name: str, command: str
) -> None:
    table, sentences = BAD_SHOPS[name]
    shops(table)(tmp_path)

    said = paldies(command)

    assert said.code == 1
    assert all(sentence.removeprefix("shop 'store'") in said.text for sentence in sentences), said.text
    assert "Traceback" not in said.text


BROKEN_SHOPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "no file": (shop_toml("elsewhere"), ("there is no database file", "correct the path in url")),
    "no table": (shop_toml("store", query="SELECT id FROM sales"), ("no such table", "orrect the query")),
    "no column": (shop_toml("store", query="SELECT id, mail AS email FROM sale"), ("no such column: mail",)),
    "no id": (shop_toml("store", query="SELECT email FROM sale"), ("there is no column 'id'", "AS id")),
    "strange column": (
        shop_toml("store", query="SELECT id, email AS e_mail FROM sale"),
        ("the column 'e_mail' is not known", "is 'email' meant?"),
    ),
    "no SQL": (shop_toml("store", query="SELEC id FROM sale"), ("syntax error", "not right SQL")),
    "it writes": (shop_toml("store", query="DELETE FROM sale RETURNING id"), ("not right SQL", "try it in")),
    "no host": (
        shop_toml("store").replace("sqlite:///store.db", "postgresql://u:secret@127.0.0.1:1/x"),
        ("127.0.0.1", "does not answer", "is it running"),
    ),
    "no folder": (
        '[[shops]]\nname = "store"\nkind = "folder"\npath = "orders"\n',
        ("cannot be read (No such file or directory)", "make it, or correct path"),
    ),
}


@pytest.mark.parametrize("name", BROKEN_SHOPS)
def test_check_says_what_is_wrong_with_a_shop(paldies: Paldies, tmp_path: Path, name: str) -> None:
    table, sentences = BROKEN_SHOPS[name]
    shops(table)(tmp_path)

    said = paldies("check")

    assert said.code == 1
    assert all(sentence in said.text for sentence in sentences), said.text
    assert "Traceback" not in said.text and "secret" not in said.text


def test_check_and_run_name_a_typo_in_a_text(paldies: Paldies, tmp_path: Path) -> None:
    (tmp_path / "message_templates/hello/1_right_choice.email.md").write_text(TEXT + "\n{{ order.nunber }}\n")

    said = paldies("check")

    assert said.code == 1
    assert "hello/1_right_choice.email.md:6: there is no 'order.nunber' Did you mean 'number'?" in said.text
    assert "Traceback" not in said.text


@pytest.mark.parametrize(
    ("campaign", "sentence"),
    [
        (CAMPAIGN.replace("after", "aftr"), "hello/campaign.toml:8: "),
        (CAMPAIGN.replace("20m", "soon"), "hello/campaign.toml:8: "),
        (CAMPAIGN.replace("order.confirmed", "order.liked"), "hello/campaign.toml:3: "),
        (CAMPAIGN + "\nwhen = 'order.totl > 5'", "did you mean"),
        (CAMPAIGN.replace("1_right_choice", "1_no_text"), "write hello/1_no_text.email.md"),
        ("title = ", "hello/campaign.toml"),
    ],
)
def test_check_names_what_is_wrong_with_a_campaign(
    paldies: Paldies, tmp_path: Path, campaign: str, sentence: str
) -> None:
    (tmp_path / "message_templates/hello/campaign.toml").write_text(campaign)

    said = paldies("check")

    assert said.code == 1
    assert sentence in said.text
    assert "Traceback" not in said.text


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_check_names_a_wrong_password(paldies: Paldies, tmp_path: Path) -> None:
    with KeepingServer(login=("anna", "right")) as server:
        url = server.url.replace("right", "secret")
        settings(tmp_path, paldies_toml(url, shop_toml("store")))

        said = paldies("check")

    assert said.code == 1
    assert "mail server" in said.text and "password" in said.text and "PALDIES_EMAIL_URL" in said.text
    assert "secret" not in said.text and "Traceback" not in said.text


def test_a_locked_database_is_named(paldies: Paldies, tmp_path: Path) -> None:
    assert paldies("db", "upgrade").code == 0

    with locked(tmp_path / "paldies.db"):  # all at once: each waits for five seconds
        commands = [
            subprocess.Popen([sys.executable, "-m", "paldies", *words], stdout=PIPE, stderr=STDOUT, text=True)
            for words in (["run"], ["pause"], ["messages", "list"])
        ]
        answers = [(command.communicate(timeout=60)[0], command.returncode) for command in commands]

    *writing, (_, reading) = answers
    assert reading == 0  # who only looks is not kept waiting
    for text, code in writing:
        said = " ".join(text.split())
        assert code == 1
        assert "The database is busy" in said and "see which program has the file open" in said
        assert "Traceback" not in said


# the daemon goes on


async def delivered(house: WholeHouse, shop: ShopDatabase, mails: Callable[[], list[str]]) -> bool:
    """Whether an order of the healthy shop gets its message now."""
    name = f"alice{house.clock.now():%H%M%S}"
    shop.order(name, at=house.clock.now(), first_name="Alice")
    await house.tick(after=timedelta(seconds=15))
    await house.tick(after=SOON)
    return f"{name}@example.com" in mails()


def errors(said: list[Any]) -> list[Any]:
    return [line for line in said if line["log_level"] == "error"]


def outcome(house: WholeHouse, order: str) -> dict[str, Any]:
    """Of the only step."""
    (story,) = house.why(order)
    (passage,) = story["campaigns"]
    (step,) = passage["steps"]
    assert isinstance(step, dict)
    return step


@pytest.mark.parametrize("name", [name for name in BROKEN_SHOPS if name != "no host"])
async def test_a_shop_that_cannot_be_read_is_named_once_and_costs_the_others_nothing(
    tmp_path: Path, letterbox: KeepingServer, shop: ShopDatabase, mails: Callable[[], list[str]], name: str
) -> None:
    table, sentences = BROKEN_SHOPS[name]
    broken = table.replace('name = "store"', 'name = "broken"')
    settings(tmp_path, paldies_toml(letterbox.url, broken, shop_toml("store")))

    with capture_logs() as said:
        house = await WholeHouse.opened(tmp_path)
        for _ in range(2):
            assert await delivered(house, shop, mails)
        await house.close()

    (error,) = errors(said)
    assert error["event"] == SHOP_DOWN
    assert all(sentence in error["why"] for sentence in sentences)


async def test_a_locked_shop_is_read_once_it_is_free(
    tmp_path: Path, letterbox: KeepingServer, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    other = ShopDatabase(tmp_path / "other.db")
    other.create()
    impatient = shop_toml("other").replace("other.db", "other.db?timeout=0.1")
    settings(tmp_path, paldies_toml(letterbox.url, impatient, shop_toml("store")))
    house = await WholeHouse.opened(tmp_path)

    with capture_logs() as said, locked(other.path):
        assert await delivered(house, shop, mails)

    assert "another program holds the database locked" in errors(said)[0]["why"].lower()
    with capture_logs() as said:
        assert await delivered(house, other, mails)
    assert {"event": "a shop can be read again", "shop": "other", "log_level": "info"} in said
    await house.close()


class Surprising(FakeShop):
    """Fails as no shop should."""

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        raise RuntimeError("a bug")


async def test_a_bug_in_reading_one_shop_costs_the_others_nothing(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    with capture_logs() as said:
        house = await WholeHouse.opened(tmp_path, Surprising("surprising"))

        assert await delivered(house, shop, mails)

        await house.close()
    assert [error["why"] for error in errors(said)] == ["RuntimeError: a bug"]


class Silent(FakeShop):
    """Takes the question and does not answer until it is let go."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.let_go = threading.Event()

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        assert self.let_go.wait(60)
        return super().poll(cursor)


async def test_a_shop_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    silent = Silent("silent")
    silent.let_go.set()
    house = await WholeHouse.opened(tmp_path, silent)
    silent.put(Snapshot("1", email="boris@example.com", paid_at=house.clock.now()))
    await house.tick(after=timedelta(seconds=15))
    silent.let_go.clear()

    (hanging, _) = house.app.shops
    with capture_logs() as said:
        house.clock.move_to(house.clock.now() + timedelta(minutes=5))
        await hanging.ask(house.clock.now(), patience=0.05)
        shop.order("alice", at=house.clock.now())
        for minutes in (5, 60):
            house.clock.move_to(house.clock.now() + timedelta(minutes=minutes))
            await house.daemon.watch(house.app.shops[1])
            await house.daemon.plan()
            await house.daemon.dispatch()
            await house.daemon.keep_house()
            await house.daemon.keep_going()
            for dispatcher in house.app.dispatchers:
                await dispatcher.drained()

    assert [error["why"] for error in errors(said)] == ["shop 'silent': it has not answered for 0.05 seconds"]
    assert "alice@example.com" in mails()
    assert outcome(house, "1")["reason"] == Reason.SHOP_UNREACHABLE
    silent.let_go.set()
    await house.tick(after=timedelta(minutes=15))
    assert outcome(house, "1")["outcome"] == "sent"
    await house.close()


async def test_a_query_of_postgresql_does_not_hang_for_ever(postgres_url: str) -> None:
    query = "SELECT 1 AS id, current_setting('statement_timeout') AS number"

    (page,) = SqlShop("store", url=postgres_url, query=query).poll({})

    assert page.snapshots[0].number == "5min"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("campaign.toml", CAMPAIGN.replace("after", "aftr")),
        ("campaign.toml", CAMPAIGN.replace("1_right_choice", "1_no_text")),
        ("1_right_choice.email.md", TEXT + "{{ order.nunber }}\n"),
        ("1_right_choice.email.md", b"\xff\xfe"),
    ],
)
async def test_a_broken_campaign_is_named_and_the_one_beside_it_goes_on(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]], file: str, content: str | bytes
) -> None:
    beside = tmp_path / "message_templates/broken"
    shutil.copytree(tmp_path / "message_templates/hello", beside)
    (beside / file).write_bytes(content.encode() if isinstance(content, str) else content)

    with capture_logs() as said:
        house = await WholeHouse.opened(tmp_path)
        assert await delivered(house, shop, mails)
        await house.close()

    problems = {line["problem"] for line in said if "problem" in line}
    assert any(problem.startswith("broken/") for problem in problems)
    assert any("broken/" in line.get("sentence", "") for line in said)  # staff are told


async def test_a_text_that_is_broken_while_the_daemon_runs_stays_as_it_was(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(tmp_path)
    text = tmp_path / "message_templates/hello/1_right_choice.email.md"

    text.write_text("---\nsubject: {{ order.nunber }}\n---\nHello.\n")
    broken = await delivered(house, shop, mails)
    shutil.rmtree(tmp_path / "message_templates")
    gone = await delivered(house, shop, mails)

    assert broken and gone
    await house.close()


async def test_an_order_whose_text_cannot_be_filled_in_waits_alone(
    tmp_path: Path, letterbox: KeepingServer, mails: Callable[[], list[str]]
) -> None:
    (tmp_path / "house").mkdir()
    shop = furnish(tmp_path / "house", smtp=letterbox.url, text=TEXT + "By {{ order.todo_by|date }}.\n")
    house = await WholeHouse.opened(tmp_path / "house")
    now = house.clock.now()
    shop.order("poison", at=now)
    shop.order("alice", at=now, todo="sign", todo_by=f"{now + timedelta(days=2):%Y-%m-%d %H:%M:%S}")

    await house.live()

    assert mails() == ["alice@example.com"]
    held = outcome(house, "poison")
    assert (held["outcome"], held["reason"]) == ("held", Reason.TEMPLATE_FAULT)
    assert held["note"].startswith("hello/1_right_choice.email.md, line 5: ") and "{% if" in held["note"]
    await house.close()


@pytest.mark.parametrize(
    ("condition", "reason", "end"),
    [
        ("when = 'order.lines[0].price > 5'", Reason.CONDITION_FAULT, "held"),
        ("who = 'order.lines[0].price > 5'", Reason.WHO_UNCLEAR, "not_enrolled"),
    ],
)
async def test_an_order_for_which_a_condition_cannot_be_answered_waits_alone(
    tmp_path: Path,
    letterbox: KeepingServer,
    mails: Callable[[], list[str]],
    condition: str,
    reason: Reason,
    end: str,
) -> None:
    (tmp_path / "house").mkdir()
    who = condition if condition.startswith("who") else ""
    campaign = CAMPAIGN.replace("\n[[steps]]", f"{who}\n[[steps]]") + ("" if who else condition)
    shop = furnish(tmp_path / "house", smtp=letterbox.url, text=TEXT, campaign=campaign)
    house = await WholeHouse.opened(tmp_path / "house")
    shop.order("poison", at=house.clock.now())
    shop.order("alice", at=house.clock.now(), lines=[("A", "Tea", 1, 9)])

    await house.live()

    assert mails() == ["alice@example.com"]
    step = outcome(house, "poison")
    assert (step["outcome"], step["reason"]) == (end, reason)
    await house.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [("total", 9e18), ("status", "sent to the moon"), ("currency", "euro"), ("placed_at", "yesterday")],
)
async def test_a_row_that_cannot_be_understood_is_named_and_the_rest_is_taken(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]], column: str, value: Any
) -> None:
    house = await WholeHouse.opened(tmp_path)
    shop.order("poison", at=house.clock.now(), **{column: value})

    with capture_logs() as said:
        assert await delivered(house, shop, mails)

    (line,) = [line for line in said if line["event"] == "an order could not be understood"]
    assert line["where"] == "order poison" and line["problem"].startswith(f"{column}: ")
    assert house.why("poison") == []
    await house.close()


async def test_pieces_without_number_are_refused_with_their_order_only(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(tmp_path)
    shop.order("poison", at=house.clock.now(), lines=[("A", "Tea", 10**11, 5)])

    assert await delivered(house, shop, mails)

    assert house.why("poison") == []
    await house.close()


class Open(FakeShop):
    """Knows whether somebody is still reading from it."""

    is_being_read = False

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        self.is_being_read = True
        try:
            for page in super().poll(cursor):
                yield replace(page, cursor={"place": object()})  # nothing that can be written down
        finally:
            self.is_being_read = False


def test_a_shop_is_let_go_of_when_its_answer_cannot_be_written_down(database: Database) -> None:
    shop = Open()
    shop.put(Snapshot("1"))

    with pytest.raises((StatementError, TypeError)) as error:
        Watcher(database, shop, home_zone="Europe/Riga").watch(MORNING)

    assert error.tb is not None  # the error is still known, and all that it refers to
    assert not shop.is_being_read


async def test_after_our_own_database_was_locked_everything_goes_on(
    tmp_path: Path, shop: ShopDatabase, mails: Callable[[], list[str]]
) -> None:
    house = await WholeHouse.opened(tmp_path)

    with locked(tmp_path / "paldies.db"), pytest.raises(OperationalError, match="locked"):
        await house.tick(after=timedelta(seconds=15))

    assert await delivered(house, shop, mails)
    await house.close()


async def test_a_mail_server_that_refuses_us_delays_messages_and_costs_them_nothing(
    tmp_path: Path, shop: ShopDatabase
) -> None:
    async with ScriptedServer({"MAIL": "550 5.7.1 you may not send here"}) as server:
        settings(tmp_path, paldies_toml(server.url, shop_toml("store")))
        house = await WholeHouse.opened(tmp_path)
        shop.order("1", at=house.clock.now())
        await house.tick()
        await house.tick(after=SOON)
        waiting = outcome(house, "1")

        server.script.clear()
        await house.live()

        assert waiting["outcome"] == "scheduled" and "you may not send here" in waiting["note"]
        assert outcome(house, "1")["outcome"] == "sent"
        await house.close()
