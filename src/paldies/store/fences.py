"""The fence of either kind of database."""

from pathlib import Path

from paldies.store.database import Database
from paldies.store.fence import Fence
from paldies.store.file_fence import FileFence
from paldies.store.shared_fence import SharedFence


def fence_of(database: Database, state_dir: Path) -> Fence:
    return FileFence(database, state_dir) if database.is_sqlite else SharedFence(database, state_dir)
