"""The admin command, as staff and scripts use it: what it says, what it does, and how it exits."""

import io
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from paldies.bootstrap.databases import databases_for_wishes, open_database
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind, MessageStatus
from paldies.cli import main
from paldies.cli.root import _Commands as Commands
from paldies.configuration import load
from paldies.outbox.planning import plan_new_events
from paldies.store.database import Database
from paldies.store.lock import exclusive
from paldies.store.schema import consents, enrolments, messages, suppressions
from tests.factories import RIGA
from tests.one_translated import leave_one_translated
from tests.rows import add_customer, add_order, plans, publish_campaign
from tests.smtp_servers import KeepingServer
from tests.woocommerce_server import KEY, SECRET, WooCommerceServer, woo_order

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Paldies = Callable[..., Said]


@pytest.fixture
def paldies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Paldies:
    """Runs a command in a folder of its own; nobody is there to answer questions."""
    for name in [name for name in os.environ if name.startswith("PALDIES_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        return Said(int(end.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def new_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after `paldies init`, with both databases: made once, as that takes longest."""
    folder = tmp_path_factory.mktemp("shop")
    answers = ("--name", "Bērzs", "--time-zone", RIGA, "--language", "lv")
    with pytest.raises(SystemExit):
        main(["-c", str(folder / "paldies.toml"), "init", "--yes", *answers])
    for database in databases_for_wishes(load(folder / "paldies.toml", {})):
        database.close()
    return folder


@pytest.fixture
def begun_in_full(paldies: Paldies, new_shop: Path, tmp_path: Path) -> Paldies:
    """After `paldies init`, in a folder of its own."""
    shutil.copytree(new_shop, tmp_path, dirs_exist_ok=True)
    return paldies


@pytest.fixture
def begun(paldies: Paldies, new_shop: Path, tmp_path: Path) -> Paldies:
    """The same with one letter translated, for commands that compile every text."""
    shutil.copytree(new_shop, tmp_path, dirs_exist_ok=True)
    leave_one_translated(tmp_path / "message_templates")
    return paldies


@dataclass(frozen=True)
class House:
    """A shop that is running: Alice's order of just now has entered the first day."""

    paldies: Paldies
    database: Database

    def keys(self) -> list[str]:
        with self.database.session() as session:
            return list(session.scalars(select(messages.c.key).order_by(messages.c.id)))

    def put(self, key: str, status: MessageStatus, reason: str = "", **values: Any) -> None:
        with self.database.session() as session:
            session.execute(
                update(messages).where(messages.c.key == key).values(status=status, reason=reason, **values)
            )

    def status(self, key: str) -> str:
        with self.database.session() as session:
            return str(session.scalars(select(messages.c.status).where(messages.c.key == key)).one())


@pytest.fixture
def house(begun: Paldies, tmp_path: Path) -> Iterator[House]:
    database = open_database(load(tmp_path / "paldies.toml"))
    source = (tmp_path / "message_templates/first_day/campaign.toml").read_text()
    with database.session() as session:
        publish_campaign(session, source, at=NOW - timedelta(days=1))
        add_order(
            session,
            add_customer(session, locale="lv"),
            EventKind.CONFIRMED,
            at=NOW,
            external_id="7",
            number="#1007",
        )
        plan_new_events(session, plans(), RIGA, now=NOW)
    yield House(begun, database)
    database.close()


def fill_shop(path: Path, rows: int = 1) -> None:
    """A shop's own database that answers the query of `paldies init`."""
    with sqlite3.connect(path) as shop:
        shop.execute(
            "CREATE TABLE orders (id, number, status, currency, total, placed_at, paid_at, shipped_at,"
            " cancelled_at, updated_at, customer_id, email, first_name, last_name, locale, country, city)"
        )
        at = NOW.strftime("%Y-%m-%d %H:%M:%S")
        for number in range(rows):
            shop.execute(
                "INSERT INTO orders VALUES (?, ?, 'paid', 'EUR', 59.9, ?, ?, NULL, NULL, ?, 'c1',"
                " 'alice@example.com', 'Alice', 'Ozola', 'lv', 'LV', 'Riga')",
                (number, f"#{number}", at, at, at),
            )
    shop.close()


def at_a_terminal(folder: Path, *arguments: str, answers: str) -> tuple[int, str]:
    """Runs the command at a terminal of its own and types the answers."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb"}
    command = [sys.executable, "-m", "paldies", *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how Linux says that the other side has hung up
            pass
        finally:
            os.close(ours)
    return process.returncode, shown.decode()


# paldies itself


def test_help_loads_none_of_the_machinery() -> None:
    program = (
        "import sys\nfrom paldies.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('sqlalchemy', 'jinja2', 'pydantic_core', 'babel') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
    assert all(f" {name} " in done.stdout for name in Commands.entries)


@pytest.mark.parametrize("name", list(Commands.entries))
def test_every_command_explains_itself(paldies: Paldies, name: str) -> None:
    said = paldies(name, "--help")

    assert said.code == 0
    assert f"Usage: paldies {name}" in said.out


def test_help_names_the_parts_of_the_settings_as_they_are_written(paldies: Paldies) -> None:
    assert "[staff] email and [shop] phone" in paldies("templates", "send-test", "--help").out
    assert "[twilio]" in paldies("simulate", "--help").out


def test_a_mistyped_command_is_wrong_usage(paldies: Paldies) -> None:
    said = paldies("campains")

    assert said.code == 2
    assert "Did you mean 'campaigns'?" in said.err


def test_the_settings_may_be_named_last(house: House, tmp_path: Path) -> None:
    (tmp_path / "paldies.toml").rename(tmp_path / "other.toml")

    first = house.paldies("--config", "other.toml", "messages", "list")
    last = house.paldies("messages", "list", "--config=other.toml")

    assert first == last
    assert first.code == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[paldies", "bad.toml: this is not TOML"),
        ("[paldies]\nmod = 'live'", "bad.toml:2: paldies.mod is not a setting; did you mean 'mode'?"),
        ("[paldies]\nmode = 'live'\n[email]\nurl = 'http://x'", "bad.toml:4: email.url"),
        ("[paldies]\ndatabase = 'sqlite:////dev/null/x.db'", "/dev/null: "),
        ("[paldies]\ndatabase = 'postgresql://u:secret@127.0.0.1:1/x'", "cannot be reached"),
    ],
)
def test_bad_settings_are_one_sentence_and_no_traceback(
    paldies: Paldies, tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "bad.toml").write_text(text)

    said = paldies("-c", "bad.toml", "messages", "list")

    assert said.code == 1
    assert sentence in said.err
    assert "Traceback" not in said.err and "secret" not in said.err


def test_without_settings_the_way_to_begin_is_told(paldies: Paldies) -> None:
    said = paldies("messages", "list")

    assert (said.code, said.out) == (1, "")
    assert "paldies init" in said.err


def test_a_file_that_is_no_database_is_said_to_be_none(begun: Paldies, tmp_path: Path) -> None:
    (tmp_path / "paldies.rehearsal.db").write_text("a letter to the bank, and not a database" * 10)

    said = begun("messages", "list")

    assert said.code == 1
    assert "no database" in said.err


# init


def test_init_writes_a_rehearsal_that_can_be_loaded(begun_in_full: Paldies, tmp_path: Path) -> None:
    settings = load(tmp_path / "paldies.toml", {})

    assert settings.is_rehearsal
    assert (settings.shop.name, settings.paldies.time_zone, settings.paldies.locale) == ("Bērzs", RIGA, "lv")
    assert (settings.shops[0].kind, settings.email.sender) == ("sql", "Bērzs <hello@example.com>")
    assert (tmp_path / "message_templates/first_day/campaign.toml").exists()
    assert begun_in_full("templates", "check").code == 0


def test_init_for_a_folder_makes_the_folder(paldies: Paldies, tmp_path: Path) -> None:
    paldies("init", "--yes", "--orders", "incoming")

    assert (tmp_path / "incoming").is_dir()
    assert paldies("check").code == 0


@pytest.mark.parametrize(
    ("answers", "kind", "url"),
    [
        (["--orders", "https://shop.example.com/"], "woocommerce", "https://shop.example.com"),
        (
            ["--orders", "https://shop.example.com", "--kind", "shopify"],
            "shopify",
            "https://shop.example.com",
        ),
        (["--orders", "https://lamps.myshopify.com"], "shopify", "https://lamps.myshopify.com"),
        (["--orders", "lamps.myshopify.com", "--kind", "shopify"], "shopify", "https://lamps.myshopify.com"),
    ],
)
def test_init_for_a_web_shop_asks_for_its_keys_only(
    paldies: Paldies, tmp_path: Path, answers: list[str], kind: str, url: str
) -> None:
    assert paldies("init", "--yes", *answers).code == 0

    [shop] = load(tmp_path / "paldies.toml", {}).shops
    assert (shop.kind, shop.details["url"]) == (kind, url)
    checked = paldies("check", "--json")
    [missing] = [one for one in checked.json["findings"] if one["state"] == "problem"]
    assert missing["what"] == "shop store"
    assert "PALDIES_SHOPS_STORE_" in missing["remedy"]


def test_init_asks_what_kind_of_shop_an_address_is(tmp_path: Path) -> None:
    answers = "Lamps\nCarla <carla@lamps.example>\nAmerica/New_York\nen\nhttps://lamps.example\nShopify\n"

    code, shown = at_a_terminal(tmp_path, "init", answers=answers)

    assert code == 0, shown
    assert "on woocommerce, or on shopify" in shown
    assert load(tmp_path / "paldies.toml", {}).shops[0].kind == "shopify"


def test_keys_of_a_web_shop_come_from_the_environment(
    paldies: Paldies, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WooCommerceServer(woo_order(1, at=NOW)) as server:
        paldies("init", "--yes", "--orders", server.url)
        monkeypatch.setenv("PALDIES_SHOPS_STORE_KEY", KEY)
        monkeypatch.setenv("PALDIES_SHOPS_STORE_SECRET", SECRET)
        said = paldies("check")

    assert said.code == 0, said.out
    assert "45.20 EUR" in said.out and SECRET not in said.out


def test_init_survives_any_name(paldies: Paldies, tmp_path: Path) -> None:
    name = 'Anna "the" Ō\\ <b>'

    assert paldies("init", "--yes", "--name", name).code == 0

    assert load(tmp_path / "paldies.toml", {}).shop.name == name


def test_init_overwrites_nothing_unasked(begun: Paldies, tmp_path: Path) -> None:
    before = (tmp_path / "paldies.toml").read_text()
    text = tmp_path / "message_templates/first_day/1_right_choice.email.md"
    text.write_text("Ours.")

    again = begun("init", "--yes", "--name", "Other")
    elsewhere = begun("init", "--yes", "--config", "other.toml")

    assert (again.code, elsewhere.code) == (1, 0)
    assert (tmp_path / "paldies.toml").read_text() == before
    assert text.read_text() == "Ours."


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--time-zone", "Riga", "not a time zone"),
        ("--from", "anna", "cannot send e-mails"),
        ("--orders", "http://shop.example.com", "anybody could read the key"),
        ("--kind", "magento", "no kind of web shop"),
    ],
)
def test_init_refuses_what_could_never_work(
    paldies: Paldies, tmp_path: Path, option: str, value: str, sentence: str
) -> None:
    said = paldies("init", "--yes", option, value)

    assert said.code == 1
    assert sentence in said.err
    assert not (tmp_path / "paldies.toml").exists()


def test_init_asks_five_questions(tmp_path: Path) -> None:
    answers = "Bērzs\nAnna <anna@berzs.example>\nEurope/Riga\nlv\norders\n"

    code, shown = at_a_terminal(tmp_path, "init", answers=answers)

    assert code == 0, shown
    assert "5  Where do orders come from" in shown
    settings = load(tmp_path / "paldies.toml", {})
    assert (settings.shop.email, settings.shops[0].kind) == ("anna@berzs.example", "folder")


# run, pause, resume, check, db


def test_a_second_daemon_says_who_is_running(begun: Paldies, tmp_path: Path) -> None:
    database = open_database(load(tmp_path / "paldies.toml"))
    with exclusive(database, NOW):
        said = begun("run")
    database.close()

    assert said.code == 1
    assert f"process {os.getpid()}" in said.err and "Traceback" not in said.err


def test_pause_stops_all_sending_and_resume_goes_on(begun: Paldies) -> None:
    first, second = begun("pause"), begun("pause")
    on, again = begun("resume"), begun("resume")

    assert "is paused" in first.out and "paused since" in second.out
    assert "goes on" in on.out and "was not paused" in again.out


def test_check_finds_everything_in_order(begun_in_full: Paldies, tmp_path: Path) -> None:
    fill_shop(tmp_path / "shop.db")

    said = begun_in_full("check")
    findings = begun_in_full("check", "--json").json

    assert said.code == 0
    assert "Everything is in order" in said.out and "59.90 EUR" in said.out
    assert {finding["state"] for finding in findings["findings"]} == {"ok"}


def test_check_tells_every_problem_with_its_remedy(
    begun: Paldies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "message_templates/first_day/1_right_choice.email.md"
    text.write_text(text.read_text() + "\n{{ order.nunber }}\n")
    monkeypatch.setenv("PALDIES_EMAIL_URL", "smtp://127.0.0.1:1")

    said = begun("check", "--json")

    assert said.code == 1
    wrong = {one["what"]: one["said"] for one in said.json["findings"] if one["state"] == "problem"}
    assert wrong["templates"].startswith("first_day/1_right_choice.email.md:")
    assert "shop.db" in wrong["shop store"]
    assert "127.0.0.1:1" in wrong["mail server"]


def test_check_logs_in_to_the_mail_server(begun: Paldies, monkeypatch: pytest.MonkeyPatch) -> None:
    with KeepingServer() as server:
        monkeypatch.setenv("PALDIES_EMAIL_URL", server.url)
        findings = begun("check", "--json").json["findings"]

    (mail,) = [finding for finding in findings if finding["what"] == "mail server"]
    assert mail["state"] == "ok"
    assert server.connections == 1


def test_check_goes_on_where_the_database_cannot_be_reached(
    begun: Paldies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALDIES_DATABASE", "postgresql://u:secret@127.0.0.1:1/x")

    said = begun("check", "--json")

    found = {finding["what"]: finding["state"] for finding in said.json["findings"]}
    assert (said.code, found["database"], found["mail server"]) == (1, "problem", "ok")
    assert "secret" not in said.out


def test_the_database_is_brought_to_the_newest_schema(begun: Paldies) -> None:
    assert "is at schema" in begun("db", "upgrade").out


# campaigns


def test_a_campaign_shows_its_state_and_its_steps(house: House) -> None:
    listed = house.paldies("campaigns", "list", "--json").json
    shown = house.paldies("campaigns", "show", "first_day")

    assert {(one["name"], one["state"], one["inside"]) for one in listed} >= {("first_day", "published", 1)}
    assert "after 16h, within 1d" in shown.out and "1 order inside" in shown.out


def test_publishing_shows_what_changes_and_asks(house: House, tmp_path: Path) -> None:
    file = tmp_path / "message_templates/first_day/campaign.toml"
    file.write_text(file.read_text().replace('after = "20m"', 'after = "25m"'))

    asked = house.paldies("campaigns", "publish", "first_day")
    done = house.paldies("campaigns", "publish", "first_day", "--yes")
    again = house.paldies("campaigns", "publish", "first_day")

    assert (asked.code, done.code, again.code) == (1, 0, 0)
    assert "goes 25m instead of 20m" in asked.out and "1 order inside finish the plan" in asked.err
    assert "version 2" in done.out and "published already" in again.out


def test_a_broken_campaign_is_not_published(house: House, tmp_path: Path) -> None:
    file = tmp_path / "message_templates/first_day/campaign.toml"
    file.write_text(file.read_text().replace('after = "20m"', 'after = "soon"'))

    said = house.paldies("campaigns", "publish", "first_day", "--yes")

    assert said.code == 1
    assert '"soon" is not a duration' in said.err and "first_day/campaign.toml:" in said.err


def test_a_no_at_the_terminal_changes_nothing(house: House, tmp_path: Path) -> None:
    code, shown = at_a_terminal(tmp_path, "messages", "cancel", "--campaign", "first_day", answers="n\n")

    assert code == 1, shown
    assert "Cancel 3 messages?" in shown and "Nothing was changed" in shown
    assert {house.status(key) for key in house.keys()} == {"scheduled"}


def test_a_campaign_is_paused_and_resumed(house: House) -> None:
    paused = house.paldies("campaigns", "pause", "first_day")
    states = {one["name"]: one["state"] for one in house.paldies("campaigns", "list", "--json").json}
    resumed = house.paldies("campaigns", "resume", "first_day")

    assert (paused.code, states["first_day"], resumed.code) == (0, "paused", 0)
    assert "0 messages had been waiting" in resumed.out


def test_an_unknown_campaign_is_refused_with_those_there_are(house: House) -> None:
    said = house.paldies("campaigns", "show", "second_day")

    assert said.code == 1
    assert "known are answers, first_day" in said.err


def test_a_trigger_is_tried_before_it_is_done(house: House) -> None:
    with house.database.session() as session:
        boris = add_customer(session, "Boris")
        add_order(session, boris, at=NOW - timedelta(days=9), external_id="8")

    dry = house.paldies("campaigns", "trigger", "first_day", "--order", "8", "--dry-run", "--json")
    asked = house.paldies("campaigns", "trigger", "first_day", "--order", "8")
    before = house.keys()
    done = house.paldies("campaigns", "trigger", "first_day", "--order", "8", "--yes", "--json")

    assert dry.json | {"dry_run": False} == done.json
    assert (dry.json["entered"], asked.code, len(before)) == (1, 1, 3)
    assert house.keys()[3] == "first_day/store:8/manual.1/1_right_choice/1"


def test_a_trigger_without_a_seen_count_counts_for_the_blast_breaker_from_fifty_on(house: House) -> None:
    with house.database.session() as session:
        for number in range(50):
            person = add_customer(session, f"Carla{number}")
            add_order(session, person, at=NOW - timedelta(days=9), external_id=f"x{number}", total=99900)

    house.paldies("campaigns", "trigger", "first_day", "--segment", "order.total > 900", "--yes")

    with house.database.session() as session:
        late = session.scalars(select(enrolments.c.is_late_seen).where(enrolments.c.key.contains("manual")))
        assert late.all() == [True] * 50


def test_a_trigger_takes_a_file_of_customers_and_names_the_unknown(house: House, tmp_path: Path) -> None:
    with house.database.session() as session:
        add_order(session, add_customer(session, "Boris"), at=NOW - timedelta(days=9))
    (tmp_path / "vip.csv").write_text("name,email\nB,BORIS@example.com\nN,nobody@example.com\nX,broken\n")
    (tmp_path / "vip.txt").write_text("boris@example.com\n")

    table = house.paldies(
        "campaigns", "trigger", "first_day", "--customers", "vip.csv", "--dry-run", "--json"
    )
    lines = house.paldies("campaigns", "trigger", "first_day", "--customers", "vip.txt", "--yes")

    assert (table.code, table.json["entered"]) == (1, 1)
    assert table.json["not_found"] == ["nobody@example.com", "broken"]
    assert lines.code == 0 and "Started for 1 customer" in lines.out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--order", "7", "--segment", "true"],
        ["--segment", "order.totl > 3"],
        ["--segment", "order.total >"],
    ],
)
def test_an_unclear_trigger_is_wrong_usage(house: House, arguments: list[str]) -> None:
    said = house.paldies("campaigns", "trigger", "first_day", *arguments)

    assert said.code == 2


# templates


def test_templates_are_listed_with_their_languages(begun: Paldies) -> None:
    listed = begun("templates", "list", "--json").json

    letter = {"campaign": "first_day", "step": "1_right_choice", "channel": "email"}
    (found,) = [one for one in listed if letter.items() <= one.items()]
    assert found["languages"] == ["en", "lv", "ru"]


def test_a_typo_in_a_text_is_found_with_its_line(begun_in_full: Paldies, tmp_path: Path) -> None:
    text = tmp_path / "message_templates/first_day/1_right_choice.email.lv.md"
    text.write_text(text.read_text() + "\n{{ order.nunber }}\n")

    said = begun_in_full("templates", "check")
    problem, *_ = begun_in_full("templates", "check", "--json").json["problems"]

    assert said.code == 1
    assert "Did you mean 'number'?" in said.out
    assert problem["file"] == "first_day/1_right_choice.email.lv.md"
    assert problem["line"] == len(text.read_text().splitlines())


def test_texts_are_tried_on_the_shops_own_orders(house: House, tmp_path: Path) -> None:
    text = tmp_path / "message_templates/first_day/1_right_choice.email.md"
    text.write_text(
        text.read_text() + "\n{% if order.number == '#1007' %}{{ order.shipped_at|date }}{% endif %}\n"
    )

    said = house.paldies("templates", "check")
    told = house.paldies("templates", "check", "--json").json

    assert said.code == 1 and "on your last 1 order." in said.out
    (problem,) = [one for one in told["problems"] if one["level"] == "problem"]
    assert told["orders"] == 1
    assert "for your last order #1007: {{ order.shipped_at|date }}" in problem["text"]
    assert problem["line"] == len(text.read_text().splitlines())


def test_a_preview_speaks_the_language_asked_for(begun: Paldies, tmp_path: Path) -> None:
    shown = begun(
        "templates", "preview", "first_day", "1_right_choice", "--locale", "ru", "--out", "mail.html"
    )
    plain = begun("templates", "preview", "first_day", "1_right_choice", "--locale", "ru", "--text")

    assert "1_right_choice.email.ru.md" in shown.out and "Bērzs" in shown.out
    assert plain.out.strip().replace("\xa0", " ") in shown.out
    assert '<html lang="ru"' in (tmp_path / "mail.html").read_text()


def test_a_preview_of_a_real_order_is_in_its_own_words(house: House) -> None:
    said = house.paldies("templates", "preview", "first_day", "1_right_choice", "--order", "1007", "--json")

    assert said.json["locale"] == "lv"
    assert "Alice" in said.json["text"] and "1007" in said.json["text"]


@pytest.mark.parametrize(
    "arguments", [["first_day", "9_nothing"], ["first_day", "3_thank_you", "--order", "0"]]
)
def test_a_preview_of_nothing_is_refused(begun: Paldies, arguments: list[str]) -> None:
    said = begun("templates", "preview", *arguments)

    assert said.code == 1
    assert "There is no" in said.err


def test_a_test_mail_leaves_rehearsal_only_for_the_staff(
    begun: Paldies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ("templates", "send-test", "first_day", "1_right_choice", "--locale", "lv", "--to")
    with KeepingServer() as server:
        monkeypatch.setenv("PALDIES_EMAIL_URL", server.url)
        monkeypatch.setenv("PALDIES_STAFF_EMAIL", "anna@example.com")
        stranger = begun(*order, "me@example.com")
        staff = begun(*order, "anna@example.com")
        really = begun(*order, "me@example.com", "--really")

    assert (stranger.code, staff.code, really.code) == (1, 0, 0)
    assert "nothing leaves" in stranger.err
    assert [mail.recipient for mail in server.mails] == ["anna@example.com", "me@example.com"]
    assert server.mails[0].parsed["Subject"].startswith("[Test] Pasūtījums")


def test_a_test_in_a_language_that_no_text_is_in_says_which_one_left(
    begun: Paldies, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KeepingServer() as server:
        monkeypatch.setenv("PALDIES_EMAIL_URL", server.url)
        said = begun(
            "templates",
            "send-test",
            "first_day",
            "1_right_choice",
            "--locale",
            "de",
            "--to",
            "me@a.example",
            "--really",
        )

    assert said.code == 0
    assert "There is no text in 'de': this is first_day/1_right_choice.email" in said.out


def test_a_test_text_is_refused_to_strangers_and_without_a_telephone_company(begun: Paldies) -> None:
    order = ("templates", "send-test", "first_day", "2_reminder", "--to")

    stranger = begun(*order, "+37120000001")
    by_nobody = begun(*order, "+37120000001", "--really")
    to_staff = begun(*order, "+37120000001", "--channel", "task")

    assert [said.code for said in (stranger, by_nobody, to_staff)] == [1, 1, 1]
    assert "[shop] phone, or add --really" in stranger.err
    assert "Twilio is not set up" in by_nobody.err
    assert "choose email, sms or call" in to_staff.err


def test_a_page_is_refused_for_a_campaign_that_is_not_there(begun: Paldies) -> None:
    nowhere = begun("templates", "preview", "winter")
    unnamed = begun("templates", "preview", "first_day", "--text")

    assert (nowhere.code, unnamed.code) == (1, 1)
    assert "There are: answers, first_day, getting_started, heard, listening" in nowhere.err
    assert "name it" in unnamed.err


def test_a_mail_server_that_is_down_is_one_sentence(begun: Paldies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALDIES_EMAIL_URL", "smtp://127.0.0.1:1")

    said = begun(
        "templates", "send-test", "first_day", "1_right_choice", "--to", "me@example.com", "--really"
    )

    assert said.code == 1
    assert "127.0.0.1:1 cannot be reached" in said.err


# orders


def test_orders_of_the_past_are_imported_and_send_nothing(house: House, tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text(
        "id,status,currency,total,placed_at,email\n901,paid,EUR,12.5,2024-01-05 10:00,old@example.com\n"
        "902,eaten,EUR,12.5,2024-01-05 10:00,old@example.com\n"
    )

    first = house.paldies("orders", "import", "past.csv", "--json")
    again = house.paldies("orders", "import", "past.csv")

    assert (first.code, first.json["added"], first.json["rejected"]) == (1, 1, 1)
    assert "1 were known already" in again.out and "past.csv.rejected" in again.out
    assert len(house.keys()) == 3


def test_an_order_is_shown_with_what_happened_to_it(house: House) -> None:
    listed = house.paldies("orders", "list", "--json").json
    shown = house.paldies("orders", "show", "#1007")
    told = house.paldies("orders", "show", "7", "--json").json

    assert [order["number"] for order in listed] == ["#1007"]
    assert "59.90 EUR" in shown.out and "order.confirmed" in shown.out
    assert (told[0]["total"], told[0]["events"][0]["kind"]) == ("59.90", "order.confirmed")


def test_an_unknown_order_is_refused(house: House) -> None:
    assert house.paldies("orders", "show", "4711").code == 1
    assert house.paldies("messages", "why", "4711").code == 1


# messages


def test_messages_are_listed_newest_first_and_by_state(house: House) -> None:
    first, *_ = house.keys()
    house.put(first, MessageStatus.HELD, Reason.APPROVAL)

    listed = house.paldies("messages", "list", "--json").json
    held = house.paldies("messages", "list", "--status", "held")

    assert [message["step"] for message in listed] == ["3_thank_you", "2_reminder", "1_right_choice"]
    assert "A person has to approve it first" in held.out and "alice@example.com" in held.out
    assert "3_thank_you" not in held.out


def test_why_tells_of_every_step(house: House) -> None:
    said = house.paldies("messages", "why", "1007")
    (story,) = house.paldies("messages", "why", "alice@example.com", "--json").json

    assert said.code == 0
    assert all(step in said.out for step in ("1_right_choice", "2_reminder", "3_thank_you"))
    assert story["order"]["number"] == "#1007"


def test_a_message_is_cancelled_and_retried_by_its_number(house: House) -> None:
    first, *_ = house.keys()
    (number,) = [
        str(one["number"]) for one in house.paldies("messages", "list", "--json").json if one["key"] == first
    ]

    cancelled = house.paldies("messages", "cancel", number)
    gone = house.status(first)
    retried = house.paldies("messages", "retry", first)

    assert (cancelled.code, gone) == (0, "cancelled")
    assert (retried.code, house.status(first)) == (0, "scheduled")


def test_cancelling_a_whole_campaign_says_how_many_and_asks(house: House) -> None:
    asked = house.paldies("messages", "cancel", "--campaign", "first_day")
    done = house.paldies("messages", "cancel", "--campaign", "first_day", "--yes")
    nothing = house.paldies("messages", "cancel", "--campaign", "first_day", "--yes")

    assert (asked.code, done.code, nothing.code) == (1, 0, 1)
    assert "Cancel 3 messages?" in asked.err and "--yes" in asked.err
    assert {house.status(key) for key in house.keys()} == {"cancelled"}


def test_a_doubt_is_settled_and_not_retried(house: House) -> None:
    first, *_ = house.keys()
    house.put(first, MessageStatus.UNCONFIRMED, Reason.UNCONFIRMED)

    retried = house.paldies("messages", "retry", first)
    unsaid = house.paldies("messages", "settle", first)
    settled = house.paldies("messages", "settle", first, "--sent", "--json")

    assert (retried.code, unsaid.code, settled.code) == (1, 2, 0)
    assert "settle" in retried.out
    assert settled.json == [{"key": first, "is_done": True, "sentence": "settled as sent"}]


def test_everything_that_is_held_is_let_go(house: House) -> None:
    keys = house.keys()
    house.put(keys[0], MessageStatus.HELD, Reason.TEMPLATE_FAULT)
    house.put(keys[1], MessageStatus.HELD, Reason.UNUSUAL_VOLUME, is_late_seen=True)

    asked = house.paldies("messages", "approve", "--all-held")
    done = house.paldies("messages", "approve", "--all-held", "--yes")

    assert (asked.code, done.code) == (1, 0)
    assert {house.status(key) for key in keys} == {"scheduled"}


def test_which_messages_are_meant_has_to_be_said(house: House) -> None:
    assert house.paldies("messages", "cancel").code == 2
    assert house.paldies("messages", "approve", "1", "--all-held").code == 2


# customers


def both_databases(folder: Path, rows: Any) -> list[list[Any]]:
    """What a table holds in rehearsal and in live."""
    found = []
    for mode in ("rehearsal", "live"):
        database = open_database(load(folder / "paldies.toml", {"PALDIES_MODE": mode}))
        with database.session() as session:
            found.append(list(session.execute(select(rows)).mappings()))
        database.close()
    return found


def test_a_wish_entered_in_rehearsal_holds_in_live(house: House, tmp_path: Path) -> None:
    said = house.paldies("customers", "suppress", "Alice@Example.com", "--reason", "asked by phone")

    assert said.code == 0
    for rows in both_databases(tmp_path, suppressions):
        assert [(row["address"], row["channel"], row["source"]) for row in rows] == [
            ("alice@example.com", "", "person")
        ]


def test_a_yes_lifts_what_kept_the_channel_for_that_purpose_only(house: House, tmp_path: Path) -> None:
    for purpose in ("promotional", "service"):
        house.paldies(
            "customers", "suppress", "alice@example.com", "--reason", "no",
            "--channel", "email", "--purpose", purpose,
        )  # fmt: skip

    said = house.paldies("customers", "allow", "alice@example.com", "--note", "asked on Monday")

    assert said.code == 0
    for rows in both_databases(tmp_path, suppressions):
        assert [(row["purpose"], row["lifted_by"]) for row in rows] == [
            ("promotional", "person"),
            ("service", ""),
        ]
    for rows in both_databases(tmp_path, consents):
        assert [(row["purpose"], row["source"], row["wording"]) for row in rows] == [
            ("promotional", "person", "asked on Monday")
        ]


def test_a_yes_to_one_channel_says_that_everything_is_still_suppressed(house: House) -> None:
    house.paldies("customers", "suppress", "alice@example.com", "--reason", "angry")

    allowed = house.paldies("customers", "allow", "alice@example.com")
    lifted = house.paldies("customers", "unsuppress", "alice@example.com")
    again = house.paldies("customers", "unsuppress", "alice@example.com")

    assert (allowed.code, lifted.code, again.code) == (1, 0, 1)
    assert "angry" in allowed.err and "unsuppress" in allowed.err


def test_a_customer_is_shown_with_their_wishes_and_orders(house: House) -> None:
    house.paldies("customers", "allow", "alice@example.com")

    shown = house.paldies("customers", "show", "alice@example.com")
    told = house.paldies("customers", "show", "alice@example.com", "--json").json
    by_id = house.paldies("customers", "show", told["customer"]["uuid"], "--json").json

    assert "promotional by email" in shown.out and "#1007" in shown.out
    assert told == by_id


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "nobody@example.com"], 1),
        (["suppress", "not an address", "--reason", "x"], 1),
        (["suppress", "alice@example.com"], 2),
        (["allow", "alice@example.com", "--channel", "sms"], 2),
        (["allow", "+37120000001"], 2),
        (["allow", "+37120000001", "--channel", "task"], 2),  # nobody has to agree to being thought of
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(house: House, arguments: list[str], code: int) -> None:
    assert house.paldies("customers", *arguments).code == code
