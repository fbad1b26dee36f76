"""The time in a house of the laboratory: from noon on, many times as fast, wrong at times for the daemon."""

import mmap
import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

NOON = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)  # a Tuesday, noon in Riga
SPEED = 30.0  # half a minute passes in a second
_FORM = struct.Struct("ddd")


@dataclass(frozen=True)
class HouseTime:
    """Shared by all processes of one house through a file: when it began, what was skipped, how wrong it is.

    The wrong clock is the daemon's alone, as on a machine whose clock is set while it runs.
    """

    path: Path

    @classmethod
    def begun(cls, path: Path) -> "HouseTime":
        path.write_bytes(_FORM.pack(time.monotonic(), 0.0, 0.0))
        return cls(path)

    def now(self) -> datetime:
        """The true time."""
        began, skipped, _ = self._read()
        return NOON + timedelta(seconds=(time.monotonic() - began) * SPEED + skipped)

    def daemon_now(self) -> datetime:
        """What the daemon's clock shows."""
        return self.now() + timedelta(seconds=self.error)

    @property
    def error(self) -> float:
        """Seconds that the daemon's clock is fast."""
        return self._read()[2]

    def skip(self, seconds: float) -> None:
        """So much passes at once, for everybody."""
        began, skipped, error = self._read()
        _FORM.pack_into(self._shared, 0, began, skipped + seconds, error)

    def set_wrong(self, error: float) -> None:
        began, skipped, _ = self._read()
        _FORM.pack_into(self._shared, 0, began, skipped, error)

    def _read(self) -> tuple[float, float, float]:
        return _FORM.unpack_from(self._shared)

    @cached_property
    def _shared(self) -> mmap.mmap:
        with self.path.open("r+b") as file:
            return mmap.mmap(file.fileno(), 0)

    def __reduce__(self) -> tuple[type["HouseTime"], tuple[Path]]:
        return HouseTime, (self.path,)
