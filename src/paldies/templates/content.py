"""What a file of the templates folder says, if it can be read as a text at all."""

import stat
from pathlib import Path

from paldies.templates.faults import TemplateFault

_LARGEST = 500_000  # bytes


def content_of(path: Path, *, file: str) -> str:
    """`file` is how staff know it. Raises TemplateFault for what cannot be a text."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # to open a pipe would wait for whoever writes into it
            what = "a folder" if stat.S_ISDIR(state.st_mode) else "no ordinary file"
            raise TemplateFault(
                f"this is {what}, not a text",
                remedy="Put the text itself in its place.",
                file=file,
                line=1,
            )
        if (size := state.st_size) > _LARGEST:
            raise TemplateFault(
                f"this has {size / 1_000_000:.1f} MB, and a text needs a few thousand characters",
                remedy="Remove the file, or what does not belong in it.",
                file=file,
                line=1,
            )
        return path.read_text("utf-8-sig")  # some editors put a mark in front that nobody sees
    except UnicodeDecodeError as error:
        raise TemplateFault(
            "this is not UTF-8",
            remedy="Save it as UTF-8, or remove it if it is no text.",
            file=file,
            line=bytes(error.object[: error.start]).count(b"\n") + 1,
        ) from error
    except OSError as error:
        raise TemplateFault(
            f"this cannot be read: {error.strerror}",
            remedy="Put the text itself in its place."
            if path.is_symlink()
            else "Let the user that runs paldies read it.",
            file=file,
        ) from error
