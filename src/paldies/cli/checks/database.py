"""What `paldies check` says about the database, and whether it was restored or copied."""

import os
from collections.abc import Iterator
from pathlib import Path

from paldies.cli.checks.told import Told
from paldies.cli.desk import Desk
from paldies.store import migrations
from paldies.store.fences import fence_of


def look_at_database(desk: Desk) -> Iterator[Told]:
    state_dir = desk.settings.paldies.state_dir
    if os.access(folder := _nearest(state_dir), os.W_OK):
        yield Told("ok", f"{desk.database.url.render_as_string()}, schema {migrations.HEAD}")
    else:
        yield Told("problem", f"{folder} cannot be written to", "Let this user write there.")
    if why := fence_of(desk.database, state_dir).trouble():
        yield Told("problem", f"nothing is sent: {why}", "If this is the only one: paldies adopt")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one it would be made in."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
