"""Files that the kernel keeps locked as long as their processes live, and not a moment longer."""

import fcntl
from pathlib import Path
from typing import TextIO

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class SignOfLife:
    """Says of one process, to others on the same machine, that it lives."""

    def __init__(self, folder: Path, process: str) -> None:
        self.path = folder / f"{process}.lock"
        self._file: TextIO | None = None

    def begin(self) -> None:
        """Raises OSError. It is locked before it gets its name: nobody ever sees it free."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".part")
        self._file = draft.open("w", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.write(_this_boot())
        self._file.flush()
        draft.rename(self.path)

    def end(self) -> None:
        if self._file:
            self.path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


def certainly_dead(folder: Path) -> list[str]:
    """The processes that left a file here and are gone.

    Only of this machine since it was last started: on a folder that several machines share, another's lock
    may look free. Of those, time alone tells.
    """
    this_boot = _this_boot()
    if not this_boot:
        return []
    return [path.stem for path in folder.glob("*.lock") if _is_free(path, this_boot)]


def forget(folder: Path, process: str) -> None:
    (folder / f"{process}.lock").unlink(missing_ok=True)


def _is_free(path: Path, this_boot: str) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            if file.read() != this_boot:
                return False
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # it is held, or was taken away meanwhile
        return False


def _this_boot() -> str:
    """Empty where the system does not tell."""
    try:
        return _BOOT.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
