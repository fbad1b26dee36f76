"""A shop whose orders come as files, CSV or JSON Lines, dropped in a folder."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any, Unpack

from paldies.clock import Clock, SystemClock
from paldies.orders.shops.base import ColumnReport, Page, Rejected, ShopError
from paldies.orders.shops.files import SUFFIXES, OrderFile, read_file
from paldies.orders.shops.inspection import reports
from paldies.orders.shops.meaning import Meaning
from paldies.orders.shops.reading import Reading
from paldies.orders.shops.rejects import Rejects

_FIRST_ROWS = 100
_REMEMBERED = 1_000  # contents of files that are gone

_Signature = tuple[int, int, int]


class FolderShop:
    """Takes each file once, whatever its name: the cursor holds the contents taken, as hashes.

    A file is left alone until nothing was written to it for `settle`. If we are stopped in the middle of one,
    it is begun again: the watcher notices what it has already. A file with rejected rows is read again when
    the settings have changed.
    """

    def __init__(
        self,
        name: str,
        *,
        path: str | Path,
        settle: timedelta = timedelta(seconds=2),
        clock: Clock | None = None,
        **meaning: Unpack[Meaning],
    ) -> None:
        """Raises ShopError."""
        self.name = name
        self.reading = Reading.of(name, **meaning)
        self._path = Path(path)
        self._settle = settle
        self._clock = clock or SystemClock()
        self._hashed: dict[
            Path, tuple[_Signature, str]
        ] = {}  # so that a large file is hashed once, not every poll

    def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
        """See Shop.poll."""
        taken: dict[str, str] = dict(
            cursor.get("files", {})
        )  # hash of the content: settings of its rejected rows
        settings = self.reading.fingerprint
        for path in self._settled():
            try:
                content = self._content(path)
                if not content or taken.get(content) in ("", settings):
                    continue
                rejects = Rejects(path)
                try:
                    for page in read_file(path, self.reading, on_rejected=rejects.add):
                        yield replace(page, cursor=cursor)
                    rejects.put_in_place()
                finally:
                    rejects.drop()
                if self._content(path) != content:  # written to while we read: not yet complete
                    continue
            except FileNotFoundError:  # taken away again
                continue
            except (OSError, ShopError) as error:
                yield Page((), cursor, [Rejected(path.name, str(error))])
                continue
            taken[content] = settings if rejects.count else ""
            cursor = {"files": self._bounded(taken)}
            problems = [Rejected(path.name, rejects.problem)] if rejects.problem else []
            yield Page((), cursor, problems)

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        """Nothing: a file tells how things were when it was written."""
        return iter(())

    def inspect(self) -> Sequence[ColumnReport]:
        """See Shop.inspect: of the newest file; empty as long as there is none."""
        files = self._settled()
        if not files:
            return []
        with OrderFile(files[-1]) as file:
            rows = list(islice(file.rows(), _FIRST_ROWS))
        cells = [row.cells for row in rows if row.cells is not None]
        if rows and not cells:
            raise ShopError(f"shop {self.name!r}: {files[-1].name}, line {rows[0].line}: {rows[0].problem}")
        return reports(
            list(dict.fromkeys(name for row in cells for name in row)), cells, reading=self.reading
        )

    def close(self) -> None:
        """Nothing is kept open between polls."""

    def _settled(self) -> list[Path]:
        """The files that are complete, oldest first."""
        now = self._clock.now().timestamp()
        found: list[tuple[float, Path]] = []
        for path in self._listed():
            with suppress(FileNotFoundError):
                written_at = path.stat().st_mtime
                # both ways: a file whose time lies ahead of a wrong clock is not left for ever
                if abs(now - written_at) >= self._settle.total_seconds():
                    found.append((written_at, path))
        files = [path for _, path in sorted(found)]
        self._hashed = {path: self._hashed[path] for path in files if path in self._hashed}
        return files

    def _listed(self) -> list[Path]:
        try:
            return [
                path
                for path in self._path.iterdir()
                if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
            ]
        except OSError as error:
            raise ShopError(
                f"shop {self.name!r}: the folder {self._path} cannot be read ({error.strerror}):"
                " make it, or correct path"
            ) from None

    def _content(self, path: Path) -> str:
        """A hash of what is in the file; empty while it changes under our hands, and once it was refused."""
        signature = _signature(path)
        known, content = self._hashed.get(path, (None, ""))
        if known != signature:
            self._hashed[path] = signature, ""
            with path.open("rb") as file:
                content = file_digest(file, "sha256").hexdigest()[:32]
            if _signature(path) != signature:
                return ""
            self._hashed[path] = signature, content
        return content

    def _bounded(self, taken: dict[str, str]) -> dict[str, str]:
        """Without the oldest of the files that are gone."""
        present = {content for _, content in self._hashed.values()}
        gone = [content for content in taken if content not in present]
        forgotten = set(gone[: max(0, len(gone) - _REMEMBERED)])
        return {content: settings for content, settings in taken.items() if content not in forgotten}


def _signature(path: Path) -> _Signature:
    """Changes when the file is written to, replaced, or allowed to be read."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
