"""What a power cut leaves of a database, with and without waiting for the disk."""

import os
import random
import sqlite3
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.crash import power

pytestmark = pytest.mark.skipif(not power.is_possible(), reason="this Python's SQLite hides its VFS")
ROWS = 50


def write_and_die(database: Path, durable: Path, synchronous: str, acknowledged: Connection) -> None:
    power.Shim(durable)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    for number in range(ROWS):
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        acknowledged.send(number)
    os.kill(os.getpid(), 9)


def rows_after_a_cut(folder: Path, synchronous: str) -> tuple[int, str]:
    """How many of ROWS acknowledged rows are there, and what SQLite thinks of the file."""
    database, durable = folder / "numbers.db", folder / "durable"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE numbers (number)")
    power.begin(database, durable)
    context = get_context("spawn")
    _hears, says = context.Pipe()
    process = context.Process(target=write_and_die, args=(database, durable, synchronous, says))
    process.start()
    process.join(30)
    power.cut(database, durable, random.Random(1))
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM numbers").fetchone()
        (opinion,) = connection.execute("PRAGMA integrity_check").fetchone()
    return count, opinion


def test_what_was_synced_outlives_a_power_cut(tmp_path: Path) -> None:
    assert rows_after_a_cut(tmp_path, "FULL") == (ROWS, "ok")


def test_what_was_not_synced_does_not(tmp_path: Path) -> None:
    count, opinion = rows_after_a_cut(tmp_path, "OFF")

    assert count < ROWS
    assert opinion == "ok"
