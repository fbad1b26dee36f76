"""What a spreadsheet would run when staff open a file of ours."""

import csv
from pathlib import Path

import pytest

from paldies.orders.shops.files import Row
from paldies.orders.shops.rejects import Rejects


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", '"=1"'])
def test_a_rejected_row_is_no_formula(tmp_path: Path, cell: str) -> None:
    rejects = Rejects(tmp_path / "orders.csv")

    rejects.add(Row(2, cell, None), cell)
    rejects.put_in_place()

    with (tmp_path / "orders.csv.rejected").open(encoding="utf-8", newline="") as file:
        _, (line, *cells) = csv.reader(file)
    assert line == "2"
    assert all(repeated.lstrip()[0] not in "=+-@" for repeated in cells)
    assert all(repeated.lstrip("'") == cell.replace("\r", " ") for repeated in cells)


def test_a_harmless_row_is_repeated_as_it_is(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "orders.csv")

    rejects.add(Row(2, "1001,a=b,-5\n", None), "total: what is this?")
    rejects.put_in_place()

    assert '2,total: what is this?,"1001,a=b,-5"' in (tmp_path / "orders.csv.rejected").read_text("utf-8")
