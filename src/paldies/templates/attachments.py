"""Files that go out with a text."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from paldies.templates.faults import TemplateFault

_MOST_BYTES = 5_000_000  # a third more on the wire; many mailboxes refuse above 10 MB


@dataclass(frozen=True, slots=True)
class AttachedFile:
    name: str
    media_type: str
    content: bytes

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read(name: str, folder: Path, *, file: str, line: int) -> AttachedFile:
    """A file beside the text that names it on that line. Raises TemplateFault."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise TemplateFault(
            f"the attachment {name!r} is not in the campaign's folder",
            remedy=f"Put it beside the text, or remove it from the line that begins with attach: in {file}.",
            file=file,
            line=line,
        )
    if path.stat().st_size > _MOST_BYTES:
        raise TemplateFault(
            f"the attachment {name!r} is larger than 5 MB",
            remedy="Offer a link to it instead.",
            file=file,
            line=line,
        )
    if not path.stat().st_size:
        raise TemplateFault(
            f"the attachment {name!r} is empty",
            remedy="Put the file there once more, or remove it from the line that begins with attach:.",
            file=file,
            line=line,
        )
    media_type, _ = mimetypes.guess_type(path.name)
    return AttachedFile(path.name, media_type or "application/octet-stream", path.read_bytes())
