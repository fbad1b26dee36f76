"""The file beside a file of orders that holds the rows which were not understood."""

import csv
from pathlib import Path
from typing import TextIO

from paldies.orders.shops.files import Row

_LONGEST = 10_000  # characters of a row that are repeated
_FORMULA = ("=", "+", "-", "@")


class Rejects:
    """`orders.csv.rejected`: line, reason and the row itself, as CSV.

    Written whole at each reading and put in place at its end; gone when every row was understood.
    """

    def __init__(self, source: Path) -> None:
        self._path = source.with_name(f"{source.name}.rejected")
        self._draft = source.with_name(f".{source.name}.rejected.part")
        self._file: TextIO | None = None
        self.count = 0
        self.problem = ""  # why they could not be written: a folder that is only to be read, perhaps

    def add(self, row: Row, reason: str) -> None:
        self.count += 1
        if self.problem:
            return
        try:
            if self._file is None:
                self._file = self._draft.open("w", encoding="utf-8", errors="replace", newline="")
                csv.writer(self._file, lineterminator="\n").writerow(("line", "reason", "row"))
            written = row.written[:_LONGEST].rstrip("\r\n")
            cells = (row.line, _harmless(reason), _harmless(written))
            csv.writer(self._file, lineterminator="\n").writerow(cells)
        except OSError as error:
            self.problem = f"the rejected rows cannot be written beside the file: {error.strerror or error}"

    def put_in_place(self) -> None:
        """At the end of a reading."""
        try:
            if self._file is None:
                self._path.unlink(missing_ok=True)
            else:
                self._file.close()
                self._draft.replace(self._path)
        except OSError as error:
            self.problem = f"{self._path.name} cannot be written: {error.strerror or error}"

    def drop(self) -> None:
        """After a reading that was broken off."""
        if self._file is not None:
            self._file.close()
            self._draft.unlink(missing_ok=True)


def _harmless(cell: str) -> str:
    """A spreadsheet would run what begins with one of these, and the rows come from outside."""
    cell = cell.replace("\r\n", "\n").replace("\r", " ")  # alone it is a new row to some, quoted or not
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
