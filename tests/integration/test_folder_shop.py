"""Orders in files, with all that people and programs do to files."""

import csv
import json
import os
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from paldies.clock import SteppedClock
from paldies.orders.shops.base import Page, ShopError
from paldies.orders.shops.files import MAX_LINE, read_file
from paldies.orders.shops.folder import FolderShop
from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
READING = Reading("store", ZoneInfo("UTC"), currency="EUR")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def drop(folder: Path, name: str, content: str | bytes, *, age: timedelta = timedelta(minutes=1)) -> Path:
    """A file that was last written to so long ago."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    written_at = (NOW - age).timestamp()
    os.utime(file, (written_at, written_at))
    return file


def open_shop(folder: Path, **settings: Any) -> FolderShop:
    return FolderShop("store", path=folder, **{"clock": SteppedClock(NOW), "currency": "EUR", **settings})


def watch(shop: FolderShop, cursor: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    pages = list(shop.poll(cursor))
    return ids(pages), pages[-1].cursor if pages else cursor


def ids(pages: Sequence[Page]) -> list[str]:
    return [order.id for page in pages for order in page.snapshots]


def read(file: Path) -> tuple[list[Snapshot], list[tuple[str, str]]]:
    pages = list(read_file(file, READING))
    return (
        [order for page in pages for order in page.snapshots],
        [(rejected.where, rejected.problem) for page in pages for rejected in page.rejected],
    )


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_spreadsheets_csv_is_read(folder: Path, delimiter: str, mark: str, ending: str) -> None:
    rows = [("ID", "first_name", "total"), ("1", '"Alice ""A;,\tB"""', '"12,50"'), ("2", "Boris", '"3"')]
    file = drop(folder, "orders.csv", mark + ending.join(delimiter.join(row) for row in rows))

    orders, rejected = read(file)

    assert [(o.id, o.first_name, o.total) for o in orders] == [
        ("1", 'Alice "A;, B"', 1250),
        ("2", "Boris", 300),
    ]
    assert rejected == []


def test_a_quoted_value_may_hold_line_breaks(folder: Path) -> None:
    file = drop(
        folder, "orders.csv", 'id,address,city\n1,"Brīvības 1\n\nback door",Riga\n2,,New York\n3,,,\n'
    )

    orders, rejected = read(file)

    assert [(order.id, order.address) for order in orders] == [("1", "Brīvības 1 back door"), ("2", "")]
    assert rejected == [("orders.csv, line 6", "4 values under 3 columns")]


def test_a_quotation_mark_that_is_not_closed_spoils_its_own_line_only(folder: Path) -> None:
    file = drop(folder, "orders.csv", 'id,first_name\n1,Alice\n2,"Boris\n3,Carla\n4,"5"" nail"\n')

    orders, rejected = read(file)

    assert [order.id for order in orders] == ["1", "3", "4"]
    assert [where for where, _ in rejected] == ["orders.csv, line 3"]
    assert "quotation marks" in rejected[0][1]


def test_a_line_that_is_not_utf_8_is_rejected_alone(folder: Path) -> None:
    file = drop(folder, "orders.csv", b"id,first_name\n1,Al\xeece\n2,Boris\n")

    orders, rejected = read(file)

    assert [order.id for order in orders] == ["2"]
    assert rejected == [("orders.csv, line 2", "this is not UTF-8: save the file as UTF-8")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("number,plced_at\n1,2\n", "'plced_at' is not known: is 'placed_at' meant?"),
        ("number,status\n1,paid\n", "there is no column 'id'"),
        ("1,paid\n2,paid\n", "the column '1' is not known"),
        ("id,status\n1,paid\n".encode("utf-16"), "this is not UTF-8"),
    ],
)
def test_a_heading_that_names_no_columns_rejects_the_file(
    folder: Path, content: str | bytes, problem: str
) -> None:
    orders, [(where, told)] = read(drop(folder, "orders.csv", content))

    assert (orders, where) == ([], "orders.csv, line 1")
    assert told.startswith("the first line has to name the columns, but ")
    assert problem in told


@pytest.mark.parametrize("content", ["", "\n\n", "id,status\n", "id,status"])
def test_a_file_without_rows_is_nothing_to_complain_of(folder: Path, content: str) -> None:
    assert read(drop(folder, "orders.csv", content)) == ([], [])


# JSON Lines


def test_json_lines_are_read_with_their_lines(folder: Path) -> None:
    order = {
        "ID": 7,
        "total": 12.10,
        "tags": ["vip"],
        "lines": [{"sku": "A", "name": "Mug", "price": "12.10"}],
    }
    file = drop(folder, "orders.jsonl", "\ufeff" + json.dumps(order) + "\n\n" + json.dumps({"id": "8"}))

    orders, rejected = read(file)

    assert [(order.id, order.total, order.tags) for order in orders] == [
        ("7", 1210, ("vip",)),
        ("8", None, ()),
    ]
    assert [line.price for line in orders[0].lines or ()] == [1210]
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "this is not JSON"),
        ("[1]", "this is not a JSON object"),
        ('{"id": 1, "total": NaN}', "NaN is not a number"),
        ('{"id": 1, "colour": "red"}', "'colour' is not known"),
        ('{"id": {"a": 1}}', "is not text"),
        ("[" * 100_000, "this is not JSON"),
        ('{"id": ' + "9" * 10_000 + "}", "this is not JSON"),
    ],
)
def test_a_bad_line_does_not_stop_the_rest(folder: Path, line: str, problem: str) -> None:
    orders, [(where, told)] = read(drop(folder, "orders.ndjson", f'{{"id": 1}}\n{line}\n{{"id": 3}}\n'))

    assert ([order.id for order in orders], where) == (["1", "3"], "orders.ndjson, line 2")
    assert problem in told


@pytest.mark.parametrize("name", ["orders.jsonl", "orders.csv"])
def test_an_endless_line_is_rejected_and_never_held_in_memory(folder: Path, name: str) -> None:
    heading = "" if name.endswith("jsonl") else "id\n"
    rows = ['{"id": 1}\n', '{"id": 3}\n'] if name.endswith("jsonl") else ["1\n", "3\n"]
    file = drop(folder, name, heading + rows[0] + "x" * (3 * MAX_LINE) + "\n" + rows[1])

    tracemalloc.start()
    orders, rejected = read(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [order.id for order in orders] == ["1", "3"]
    assert [problem for _, problem in rejected] == ["the line is longer than 2 MB"]
    assert peak < 3 * MAX_LINE


def test_a_large_file_is_read_in_pages_with_progress(folder: Path) -> None:
    file = drop(folder, "orders.csv", "id\n" + "\n".join(str(number) for number in range(1200)))
    progress: list[tuple[int, int]] = []

    pages = list(read_file(file, READING, on_progress=lambda read, size: progress.append((read, size))))

    size = file.stat().st_size
    assert [len(page.snapshots) for page in pages] == [500, 500, 200]
    assert progress[-1] == (size, size)
    assert progress == sorted(progress)


def test_a_file_that_is_not_there_is_explained(folder: Path) -> None:
    with pytest.raises(ShopError, match=r"orders\.csv cannot be read: No such file"):
        read(folder / "orders.csv")


# the folder


def test_a_file_is_not_taken_twice_under_whatever_name(folder: Path) -> None:
    shop = open_shop(folder)
    drop(folder, "monday.csv", "id\n1\n")
    first, cursor = watch(shop, {})

    drop(folder, "monday (copy).csv", "id\n1\n")
    drop(folder, "tuesday.csv", "id\n2\n")
    second, cursor = watch(open_shop(folder), json.loads(json.dumps(cursor)))
    third, cursor = watch(shop, cursor)

    assert (first, second, third) == (["1"], ["2"], [])


def test_a_file_that_has_grown_is_read_again(folder: Path) -> None:
    shop = open_shop(folder)
    drop(folder, "orders.csv", "id\n1\n")
    _, cursor = watch(shop, {})

    drop(folder, "orders.csv", "id\n1\n2\n")

    assert watch(shop, cursor)[0] == ["1", "2"]


def test_a_file_still_being_written_is_left_until_it_is_complete(folder: Path) -> None:
    clock = SteppedClock(NOW)
    shop = open_shop(folder, clock=clock)
    drop(folder, "orders.csv", "id\n1\n", age=timedelta(seconds=1))

    early, cursor = watch(shop, {})
    clock.move_to(NOW + timedelta(seconds=1))
    late, _ = watch(shop, cursor)

    assert (early, late) == ([], ["1"])


def test_a_file_written_to_while_it_is_read_is_read_again(folder: Path) -> None:
    file = drop(folder, "orders.csv", "id\n" + "\n".join(str(number) for number in range(600)))
    shop = open_shop(folder)

    cursor: dict[str, Any] = {}
    for page in shop.poll(cursor):
        cursor = page.cursor
        if file.stat().st_mtime < NOW.timestamp() - 30:
            drop(folder, "orders.csv", file.read_text() + "\nlast\n", age=timedelta(seconds=10))
    again, _ = watch(shop, cursor)

    assert again[-1] == "last"


def test_what_is_no_file_of_orders_is_left_alone(folder: Path) -> None:
    for name in (".orders.csv", "orders.csv.part", "orders.xlsx", "old.csv.rejected", "README.txt"):
        drop(folder, name, "id\n1\n")
    (folder / "archive.csv").mkdir()

    assert watch(open_shop(folder), {}) == ([], {})


def test_older_files_are_read_first(folder: Path) -> None:
    drop(folder, "a.csv", "id\nsecond\n", age=timedelta(hours=1))
    drop(folder, "b.jsonl", '{"id": "first"}\n', age=timedelta(hours=2))

    assert watch(open_shop(folder), {})[0] == ["first", "second"]


def test_a_stop_in_the_middle_of_a_file_begins_it_again(folder: Path) -> None:
    drop(
        folder,
        "orders.csv",
        "id,status\n" + "\n".join(f"{number},paid" for number in range(600)) + "\nx,lost\n",
    )
    pages = open_shop(folder).poll({})
    first = next(pages)
    pages.close()

    again, _ = watch(open_shop(folder), first.cursor)

    assert len(again) == 600
    assert sorted(os.listdir(folder)) == ["orders.csv", "orders.csv.rejected"]


def test_a_folder_that_is_missing_is_explained(folder: Path) -> None:
    with pytest.raises(
        ShopError, match=r"shop 'store': the folder .* cannot be read \(No such file.*make it"
    ):
        watch(open_shop(folder / "drop"), {})


def test_one_file_that_cannot_be_read_does_not_stop_the_rest_and_is_told_once(folder: Path) -> None:
    (folder / "a.csv").symlink_to("/proc/self/mem")  # opens, and then refuses to be read, even to root
    drop(folder, "b.csv", "id\n1\n")
    shop = open_shop(folder)

    pages = list(shop.poll({}))
    again = list(shop.poll(pages[-1].cursor))

    assert ids(pages) == ["1"]
    assert [rejected.where for page in pages for rejected in page.rejected] == ["a.csv"]
    assert again == []


# rejected rows


def test_bad_rows_are_put_beside_the_file_with_line_and_reason(folder: Path) -> None:
    content = 'id,status,first_name\n1,paid,Alice\n2,lost,"Boris\nB"\n,paid,Carla\n'
    drop(folder, "orders.csv", content)

    taken, _ = watch(open_shop(folder), {})

    rows = list(csv.DictReader((folder / "orders.csv.rejected").read_text().splitlines(keepends=True)))
    assert taken == ["1"]
    assert [row["line"] for row in rows] == ["3", "5"]
    assert "'lost' is not known" in rows[0]["reason"]
    assert rows[0]["row"] == '2,lost,"Boris\nB"'
    assert rows[1]["reason"] == "id: the row has no id"
    assert (folder / "orders.csv").read_text() == content


def test_rejected_rows_come_back_when_the_setting_is_mended_and_the_file_of_them_goes(folder: Path) -> None:
    drop(folder, "orders.csv", "id,status\n1,paid\n2,lost\n")
    _, cursor = watch(open_shop(folder), {})
    unmended, cursor = watch(open_shop(folder), cursor)

    mended, cursor = watch(open_shop(folder, status={"lost": "cancelled"}), cursor)
    again, _ = watch(open_shop(folder, status={"lost": "cancelled"}), cursor)

    assert (unmended, mended, again) == ([], ["1", "2"], [])
    assert os.listdir(folder) == ["orders.csv"]


def test_reading_twice_rejects_the_same(folder: Path) -> None:
    drop(folder, "orders.csv", "id,status\n1,lost\n2,lost\n")
    rejected = folder / "orders.csv.rejected"
    watch(open_shop(folder), {})
    first = rejected.read_bytes()

    watch(open_shop(folder), {})

    assert rejected.read_bytes() == first


def test_rejected_rows_that_cannot_be_written_are_told(folder: Path) -> None:
    drop(folder, "orders.csv", "id,status\n1,lost\n")
    (folder / "orders.csv.rejected").mkdir()

    pages = list(open_shop(folder).poll({}))

    assert "orders.csv.rejected cannot be written" in pages[-1].rejected[0].problem


# paldies check


def test_an_inspection_looks_at_the_newest_file(folder: Path) -> None:
    drop(folder, "old.csv", "id,city\n1,Riga\n", age=timedelta(hours=1))
    drop(folder, "new.jsonl", '{"id": 2, "total": 5}\n{"id": 3, "tags": ["vip"]}\n')

    told = {report.column: report for report in open_shop(folder).inspect() if report.found}

    assert {column: report.understood for column, report in told.items()} == {
        "id": "2",
        "total": "5.00 EUR",
        "tags": "vip",
    }


def test_an_inspection_of_an_empty_folder_has_nothing_to_say(folder: Path) -> None:
    assert open_shop(folder).inspect() == []


def test_an_inspection_explains_a_bad_heading(folder: Path) -> None:
    drop(folder, "orders.csv", "number\n1\n")

    with pytest.raises(ShopError, match=r"shop 'store': orders\.csv, line 1: .*no column 'id'"):
        open_shop(folder).inspect()
