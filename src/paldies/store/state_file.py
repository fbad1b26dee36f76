"""What is kept of an installation outside its database: how far that had come, and which file it was."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import get_ident


@dataclass(frozen=True, slots=True)
class Kept:
    """`place` tells one database from its copies: see fence."""

    epoch: int
    place: str
    adopted_at: datetime | None = None  # UTC; what was recorded before it counts no longer


class StateFile:
    """Written whole or not at all, also when the power goes."""

    def __init__(self, folder: Path, uuid: str) -> None:
        self.path = folder / f"{uuid}.json"

    def read(self) -> Kept | None:
        """None if there is no such file, or nothing in it that we could have written. Raises OSError."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            adopted = found.get("adopted_at")
            return Kept(
                int(found["epoch"]), str(found["place"]), datetime.fromisoformat(adopted) if adopted else None
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, kept: Kept) -> None:
        """On the disk once it returns. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}-{get_ident()}.part")  # two may write at once
        try:
            with draft.open("w", encoding="utf-8") as file:
                json.dump(asdict(kept), file, default=str)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name as well
        finally:
            os.close(folder)
