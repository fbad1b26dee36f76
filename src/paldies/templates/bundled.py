"""Where the shipped texts are: beside the code in a wheel, at the top of an editable checkout."""

from pathlib import Path

import paldies


def bundled_templates() -> Path:
    """The folder `message_templates` that belongs to this installation. Raises FileNotFoundError."""
    package = Path(paldies.__file__).resolve().parent
    for folder in (package / "message_templates", package.parent.parent / "message_templates"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no message_templates beside {package}: install paldies again")
