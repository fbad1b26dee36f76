"""How a shop's database is opened: for reading only, and leaving no trace."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from paldies.orders.shops.base import ShopError

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_LOCK_WAIT = 5.0  # seconds that we wait for a locked SQLite file, unless the url says ?timeout=
_CONNECT_WAIT = 10  # seconds
_SILENCE = 300  # seconds without a word after which a query counts as stuck: behind a lock, or a dead line


def parsed(url: str) -> URL:
    """The URL with the driver that is installed for it. Raises ShopError."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise ShopError(  # without the URL: there may be a password in it
            "the url cannot be read: write it as sqlite:///shop.db or postgresql://user:password@host/database;"
            " the characters @ : / in a password are written %40 %3A %2F"
        ) from None
    return found.set(drivername=_DRIVERS.get(found.drivername, found.drivername))


def open_engine(url: URL) -> Engine:
    """Connections are made when needed and kept by nobody between polls. Raises ShopError."""
    try:
        match url.get_backend_name():
            case "sqlite":
                return _sqlite(url)
            case "postgresql":
                from paldies.orders.shops.postgresql import open_postgresql  # its driver takes 6 MB

                return open_postgresql(url, patience=_CONNECT_WAIT, silence=_SILENCE)
            case "mysql" | "mariadb":
                return _mysql(url)
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ImportError, NoSuchModuleError):
        raise ShopError(
            f"no driver for {url.drivername!r} is installed: install it beside paldies,"
            " or write sqlite, postgresql, mysql or mariadb"
        ) from None


def _sqlite(url: URL) -> Engine:
    name = url.database or ""
    patience = float(str(url.query.get("timeout", _LOCK_WAIT)))
    path = Path(name.removeprefix("file:").partition("?")[0]) if name else Path()

    def connect() -> sqlite3.Connection:
        mode = "immutable=1" if _is_at_rest_in_wal_mode(path) else "mode=ro"
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?{mode}",
            uri=True,
            timeout=patience,
            check_same_thread=False,
        )
        connection.text_factory = lambda text: text.decode("utf-8", "replace")  # one bad byte, one bad letter
        return connection

    if not path.is_file():
        raise ShopError(f"there is no database file {str(path)!r}: correct the path in url")
    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


def _is_at_rest_in_wal_mode(path: Path) -> bool:
    """Whether opening the file would create -wal and -shm beside it: in WAL mode, and nobody has it open.

    Byte 18 of the header is the write version, 2 for WAL (https://www.sqlite.org/fileformat.html).
    """
    if path.with_name(path.name + "-wal").exists():
        return False
    with path.open("rb") as file:
        return file.read(20)[18:19] == b"\x02"


def _mysql(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": _CONNECT_WAIT,
            "read_timeout": _SILENCE,
            "init_command": "SET SESSION TRANSACTION READ ONLY",
        },
    )
