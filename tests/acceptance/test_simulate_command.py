"""`paldies simulate`, as a shop's staff use it: what it tells, what it writes, and what it leaves alone."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from paldies import logs
from paldies.cli import main
from paldies.templates.bundled import bundled_templates
from tests.one_translated import leave_one_translated
from tests.played import settings_in, write_orders

Simulate = Callable[..., Any]


@pytest.fixture(autouse=True)
def _logs_as_of_a_command() -> None:
    logs.configure()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop that rehearses, with an export of a week's orders."""
    texts = shutil.copytree(bundled_templates(), tmp_path / "texts")
    settings_in(tmp_path, templates=leave_one_translated(texts))
    write_orders(tmp_path / "orders.jsonl", 25, days=5)
    return tmp_path


@pytest.fixture
def paldies(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(folder / "paldies.toml"), *map(str, arguments)])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_it_tells_who_would_get_what_and_what_not_and_why(folder: Path, paldies: Simulate) -> None:
    code, out, _ = paldies("simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--json")

    report = json.loads(out)
    assert code == 0
    assert report["orders"] == 25
    assert {one["channel"] for one in report["sent"]} >= {"email", "call"}
    assert {one["locale"] for one in report["sent"]} == {"lv", "ru", "en"}
    assert {one["reason"] for one in report["silences"]} >= {"no_consent", "not_wanted", "order_cancelled"}
    assert all(one["sentence"] for one in report["silences"] + report["put_off"] + report["stayed_out"])


def test_what_calls_and_texts_cost_is_added_up_by_day(folder: Path, paldies: Simulate) -> None:
    orders = ("--orders", folder / "orders.jsonl", "--every", "30m", "--json")

    _, out, _ = paldies("simulate", *orders, "--email-price", "0.01", "--consent", "all")
    report = json.loads(out)

    by_step = sum(float(one["cost"]) for one in report["sent"])
    by_day = sum(float(day["cost"]) for day in report["days"])
    emails = [one for one in report["sent"] if one["channel"] == "email"]
    assert by_step == pytest.approx(by_day)
    assert sum(float(one["cost"]) for one in emails) == pytest.approx(
        0.01 * sum(one["messages"] for one in emails)
    )


def test_nobody_who_has_not_agreed_is_called(folder: Path, paldies: Simulate) -> None:
    orders = ("--orders", folder / "orders.jsonl", "--every", "30m", "--json")

    _, out, _ = paldies("simulate", *orders, "--consent", "none")

    assert not {"call", "sms"} & {one["channel"] for one in json.loads(out)["sent"]}


def test_the_page_stands_alone_and_the_table_has_every_message(folder: Path, paldies: Simulate) -> None:
    page, table = folder / "out.html", folder / "out.csv"

    code, out, _ = paldies(
        "simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--html", page, "--csv", table
    )

    drawn = page.read_text("utf-8")
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert code == 0
    assert str(page) in out.replace("\n", "")
    assert drawn.count("<svg") == 2
    assert not re.search(r"<script|<link|src=|@import|url\(", drawn)
    assert {row["status"] for row in rows} >= {"sent", "skipped", "cancelled"}
    assert all(row["why"] for row in rows if row["status"] != "sent")
    assert len({(row["order"], row["campaign"], row["step"], row["leg"]) for row in rows}) == len(rows)


def test_comparing_shows_only_what_a_draft_changes_by_customer(folder: Path, paldies: Simulate) -> None:
    draft = shutil.copytree(folder / "texts", folder / "draft")
    plan = draft / "getting_started/campaign.toml"
    plan.write_text(plan.read_text().replace('after = "14d"', 'after = "16d"'))

    page, table = folder / "differences.html", folder / "differences.csv"

    _, out, _ = paldies(
        "simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--compare", draft, "--json",
        "--html", page, "--csv", table,
    )  # fmt: skip

    changed = json.loads(out)
    differences = [one for customer in changed for one in customer["differences"]]
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    drawn = page.read_text("utf-8")
    assert changed
    assert {one["step"] for one in differences} == {"3_one_thing"}
    assert all(one["after"] > one["before"] for one in differences)
    assert len(rows) == len(differences)
    assert {(row["customer"], row["after"]) for row in rows} == {
        (customer["customer"], one["after"]) for customer in changed for one in customer["differences"]
    }
    assert f"<b>{len(changed)}</b><span>customers fare differently" in drawn
    assert not re.search(r"<script|<link|src=|@import|url\(", drawn)


def test_comparing_shows_who_would_read_other_words_or_another_language(
    folder: Path, paldies: Simulate
) -> None:
    draft = shutil.copytree(folder / "texts", folder / "draft")
    (draft / "first_day/1_right_choice.email.lv.md").unlink()
    thanks = draft / "first_day/3_thank_you.email.md"
    thanks.write_text(f"{thanks.read_text()}\nWith love.\n")
    page, table = folder / "differences.html", folder / "differences.csv"

    told = ("simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--compare", draft)
    _, out, _ = paldies(*told, "--html", page, "--csv", table, "--json")
    _, shown, _ = paldies(*told)

    differences = [one for customer in json.loads(out) for one in customer["differences"]]
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    languages = {(one["step"], one["locale_before"], one["locale_after"]) for one in differences}
    assert all(one["before"] == one["after"] and one["is_reworded"] for one in differences)
    assert languages == {("1_right_choice", "lv", "en"), ("3_thank_you", "en", "en")}
    assert {(row["step"], row["locale_before"], row["locale_after"]) for row in rows} == languages
    assert f"<b>{len(differences)}</b><span>in other words" in page.read_text("utf-8")
    assert " in lv → " in shown and ", in other words" in shown


def test_the_same_draft_changes_nothing_for_anybody(folder: Path, paldies: Simulate) -> None:
    _, out, _ = paldies(
        "simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--compare", folder / "texts"
    )

    assert "Nothing differs for anybody" in out


def test_what_the_database_knows_is_played_and_nothing_of_it_is_changed(
    folder: Path, paldies: Simulate
) -> None:
    toml = folder / "paldies.toml"
    toml.write_text(toml.read_text() + '[[shops]]\nname = "store"\nkind = "folder"\npath = "inbox"\n')
    (folder / "inbox").mkdir()
    paldies("orders", "import", folder / "orders.jsonl")
    before = sha256((folder / "paldies.rehearsal.db").read_bytes()).hexdigest()

    _, out, _ = paldies("simulate", "--every", "30m", "--json")
    from_the_database = json.loads(out)
    _, out, _ = paldies("simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--json")
    from_the_file = json.loads(out)

    assert sha256((folder / "paldies.rehearsal.db").read_bytes()).hexdigest() == before
    assert from_the_database["orders"] == 25
    assert from_the_database["sent"] == from_the_file["sent"]


def test_a_shop_without_orders_is_told_where_to_take_some_from(paldies: Simulate) -> None:
    code, _, err = paldies("simulate")

    assert code == 1
    assert "--orders" in err


def test_orders_that_cannot_be_played_are_counted_and_named(folder: Path, paldies: Simulate) -> None:
    timeless = folder / "timeless.jsonl"
    timeless.write_text('{"id": "1", "email": "alice@example.com"}\n{"id": "2", "placed_at": "2126-03-01"}\n')

    code, _, err = paldies("simulate", "--orders", timeless)

    assert code == 1
    assert "2 orders left out" in err and f"no orders to play in {timeless}" in err.replace("\n", " ")


def test_what_cannot_be_used_is_refused_before_anything_is_played(folder: Path, paldies: Simulate) -> None:
    orders = ("simulate", "--orders", folder / "orders.jsonl")

    misspelt, _, _ = paldies(*orders, "--compare", folder / "text")
    too_deep, _, asked = paldies(*orders, "--compare", folder / "texts/first_day")
    unwritable, _, why = paldies(*orders, "--html", folder / "nowhere/out.html")

    assert (misspelt, too_deep, unwritable) == (2, 1, 1)
    assert "There is no campaign to play" in asked
    assert "nowhere/out.html: No such file" in why and "This is left out" not in why


def test_a_broken_text_is_told_once_and_in_words(folder: Path, paldies: Simulate) -> None:
    text = folder / "texts/first_day/1_right_choice.email.lv.md"
    text.write_text(f"{text.read_text()}{{% if")

    code, _, err = paldies("simulate", "--orders", folder / "orders.jsonl", "--every", "30m")

    assert code == 0
    assert err.count("1_right_choice.email.lv.md") == 1 and '"event"' not in err


def test_a_broken_draft_is_named_and_the_rest_is_played(folder: Path, paldies: Simulate) -> None:
    (folder / "texts/listening/campaign.toml").write_text("title = ")

    code, out, err = paldies("simulate", "--orders", folder / "orders.jsonl", "--every", "30m", "--json")

    assert code == 0
    assert "listening/campaign.toml" in err
    assert {one["campaign"] for one in json.loads(out)["sent"]} == {"first_day", "getting_started"}
