"""`paldies cases`, as staff and scripts use it."""

import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import paldies.logs  # noqa: F401  # keeps hold of stderr, so it has to come before anything is captured
from paldies.cli import main
from paldies.replies.cases import open_case
from paldies.store.database import Database
from paldies.store.schema import cases, orders
from tests.sent import send_one

NOW = datetime.now(UTC).replace(microsecond=0)


class Shop:
    """A folder with a database, and somebody who types."""

    def __init__(self, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
        self.database = database
        self._capsys = capsys

    def paldies(self, *arguments: str) -> tuple[int, str]:
        """How it exits, and everything that it says."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = self._capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    def complaint(self, text: str) -> int:
        def write(session: Session) -> int:
            row = session.execute(select(orders.c.customer_id, orders.c.id)).one()
            return open_case(session, row.customer_id, order_id=row.id, text=text, now=NOW)

        return self.database.now(write)


@pytest.fixture
def shop(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shop]:
    """Alice has ordered, and was written to."""
    for name in [name for name in os.environ if name.startswith("PALDIES_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    (tmp_path / "paldies.toml").write_text('[paldies]\nmode = "live"\ntime_zone = "Europe/Riga"\n')
    with closing(Database(f"sqlite:///{tmp_path / 'paldies.db'}")) as database:
        database.now(send_one, number="1001")
        yield Shop(database, capsys)


def test_without_complaints_there_is_nothing_to_list(shop: Shop) -> None:
    assert shop.paldies("cases", "list") == (0, "No case is open.\n")
    assert shop.paldies("cases", "list", "--all") == (0, "There are no cases yet.\n")


def test_a_complaint_is_listed_shown_and_closed(shop: Shop) -> None:
    number = str(shop.complaint("It leaks."))

    _, listed = shop.paldies("cases", "list")
    _, shown = shop.paldies("cases", "show", number)
    closed = shop.paldies("cases", "close", number, "--resolution", "Sent a new one", "--by", "Anna")
    _, left = shop.paldies("cases", "list")
    _, everything = shop.paldies("cases", "list", "--all")

    for words in ("1001", "Alice", "alice@example.com", "It leaks.", "open"):
        assert words in listed
        assert words in shown
    assert closed == (0, f"Case {number} is closed.\n")
    assert left == "No case is open.\n"
    assert "Sent a new one" in everything
    row = shop.database.look(lambda session: session.execute(select(cases)).one())
    assert (row.closed_by, row.resolution) == ("Anna", "Sent a new one")


def test_scripts_get_it_as_json(shop: Shop) -> None:
    number = shop.complaint("It leaks.")

    _, listed = shop.paldies("cases", "list", "--json")
    _, shown = shop.paldies("cases", "show", str(number), "--json")

    (one,) = json.loads(listed)
    assert one == json.loads(shown)
    assert (one["number"], one["order"], one["text"], one["closed_at"]) == (number, "1001", "It leaks.", None)


def test_closing_needs_a_resolution_and_an_open_case(shop: Shop) -> None:
    number = str(shop.complaint("It leaks."))

    silent, _ = shop.paldies("cases", "close", number)
    blank, _ = shop.paldies("cases", "close", number, "--resolution", "  ")
    shop.paldies("cases", "close", number, "--resolution", "Mended")
    again, why = shop.paldies("cases", "close", number, "--resolution", "Mended once more")
    nobody, where = shop.paldies("cases", "show", "404")

    assert (silent, blank, again, nobody) == (2, 2, 1, 1)
    assert "Mended" in why
    assert where == "There is no case 404 here. See: paldies cases list --all\n"
