"""Whatever a shop sends, it is read in bounded memory, and what cannot be an order is named with its line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from paldies.orders.shops.base import Rejected
from paldies.orders.shops.files import MAX_LINE, read_file
from paldies.orders.shops.reading import Reading
from paldies.orders.watcher import Watched

HEADING = "id,email,currency,total,placed_at,status,address\n"
MOST = 60  # MB beyond what the program itself takes
# In a process of its own: memory that others have used and left is not to be seen here.
READ = """
import resource, sys
from pathlib import Path
from paldies.orders.shops.files import read_file
from paldies.orders.shops.reading import Reading
reading = Reading.of("store", time_zone="UTC")
taken = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = taken()
pages = [(len(page.snapshots), len(page.rejected)) for page in read_file(Path(sys.argv[1]), reading)]
print(sum(good for good, _ in pages), sum(bad for _, bad in pages), taken() - before)
"""


def good(number: int, *, address: str = "Brivibas 1") -> str:
    return f"{number},a{number}@example.com,EUR,10,2026-03-01 10:00:00,paid,{address}\n"


def many_rows(path: Path) -> tuple[int, int]:
    with path.open("w") as file:
        file.write(HEADING)
        file.writelines(good(number) for number in range(50_000))
    return 50_000, 0


def all_rows_bad(path: Path) -> tuple[int, int]:
    with path.open("w") as file:
        file.write(HEADING)
        file.writelines(f"{number},x,EUR,much,never,paid,\n" for number in range(30_000))
    return 0, 30_000


def one_endless_line(path: Path) -> tuple[int, int]:
    with path.open("w") as file:
        file.write(HEADING + good(1))
        for _ in range(200):
            file.write("x" * 1_000_000)
        file.write("\n" + good(2))
    return 2, 1


def lines_as_long_as_they_may_be(path: Path) -> tuple[int, int]:
    path = path.with_suffix(".jsonl")
    note = "x" * (MAX_LINE - 200)
    with path.open("w") as file:
        for number in range(40):
            file.write(
                f'{{"id": "{number}", "currency": "EUR", "placed_at": "2026-03-01", "address": "{note}"}}\n'
            )
    return 40, 0


def a_quotation_mark_that_is_never_closed(path: Path) -> tuple[int, int]:
    with path.open("w") as file:
        file.write(HEADING + good(1) + good(2, address='"Brivibas'))
        file.writelines(good(number) for number in range(3, 15_000))
    return 14_998, 1


@pytest.mark.parametrize(
    "write",
    [
        many_rows,
        all_rows_bad,
        one_endless_line,
        lines_as_long_as_they_may_be,
        a_quotation_mark_that_is_never_closed,
    ],
)
def test_a_large_file_takes_little_memory(tmp_path: Path, write: Callable[[Path], tuple[int, int]]) -> None:
    expected = write(tmp_path / "orders.csv")
    (path,) = tmp_path.iterdir()

    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)

    good_rows, bad_rows, megabytes = map(int, done.stdout.split())
    assert (good_rows, bad_rows) == expected
    assert megabytes < MOST


def test_what_is_too_long_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEADING + good(1) + good(2, address="x" * (MAX_LINE + 1)) + good(3))
    reading = Reading.of("store", time_zone="UTC")

    rejected = [row for page in read_file(path, reading) for row in page.rejected]

    assert rejected == [Rejected("orders.csv, line 3", "the line is longer than 2 MB")]


def test_of_a_million_bad_rows_a_few_are_named_and_the_rest_are_counted() -> None:
    page = Watched(rejected=tuple(Rejected(f"line {number}", "no date") for number in range(500)))

    watched = Watched()
    for _ in range(2_000):
        watched += page

    assert len(watched.rejected) == 100
    assert watched.rejected_more == 1_000_000 - 100
