"""One door to the database: functions that take a Session, run off the event loop."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

P = ParamSpec("P")
T = TypeVar("T")

# WAL and FULL: power loss must not undo a claim. A negative cache size is in KiB.
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "cache_size": "-4096",
    "temp_store": "MEMORY",
}
# Of PostgreSQL, for each connection.
SETTINGS = {
    # a machine that freezes in the middle of a transaction would keep its locks until it wakes up, and with
    # the lock of a channel's bucket all sending
    "idle_in_transaction_session_timeout": "10 s",
    # as of any disk of today; else rows that are named by their keys are looked for through a whole table
    "random_page_cost": "1.1",
    # a plan that was made while a table was small would be kept while it grows
    "plan_cache_mode": "force_custom_plan",
}
# Where all rows are named by their keys they are found by those, and such a plan may be kept, whatever grows:
# to make it anew takes a third of the server's time.
_BY_KEYS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}


class Database:
    """SQLite: one writer thread, one reader beside it. PostgreSQL: a small pool for both.

    `run` and `read` take a plain function whose first argument is a Session; `run` commits, or rolls back
    when the function raises.
    """

    def __init__(self, url: str, *, threads: int = 4) -> None:
        self.url = normalised_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = self._by_keys = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE")
            self._reading = _sqlite_engine(self.url, begin="BEGIN", is_readonly=True)
            self._writers = ThreadPoolExecutor(1, thread_name_prefix="db-write")
            self._readers = ThreadPoolExecutor(1, thread_name_prefix="db-read")
        else:
            self.engine = _postgresql_engine(self.url, threads, settings=SETTINGS)
            self._by_keys = _postgresql_engine(self.url, 1, settings=SETTINGS | _BY_KEYS)
            self._reading = self.engine.execution_options(postgresql_readonly=True)
            self._writers = self._readers = ThreadPoolExecutor(threads, thread_name_prefix="db")

    async def run(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs f in a transaction of its own, off the event loop."""
        return await self._off_loop(self._writers, self.now, f, *args, **kwargs)

    async def run_by_keys(
        self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `run`, for what names all its rows by their keys; over a connection of its own."""
        return await self._off_loop(self._writers, self.now_by_keys, f, *args, **kwargs)

    async def read(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs f, which only reads, beside the writer."""
        return await self._off_loop(self._readers, self.look, f, *args, **kwargs)

    def now(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`run` for callers without an event loop."""
        with self.session() as session:
            return f(session, *args, **kwargs)

    def now_by_keys(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`run_by_keys` for callers without an event loop."""
        with _transaction(self._by_keys) as session:
            return f(session, *args, **kwargs)

    def look(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for callers without an event loop."""
        with _transaction(self._reading) as session:
            return f(session, *args, **kwargs)  # at a rollback psycopg would forget what it has prepared

    def session(self) -> AbstractContextManager[Session]:
        """A transaction: committed at the end, rolled back by an exception."""
        return _transaction(self.engine)

    def close(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        for engine in (self.engine, self._by_keys, self._reading):
            engine.dispose()

    @staticmethod
    async def _off_loop(pool: ThreadPoolExecutor, f: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: f(*args, **kwargs))


@contextmanager
def _transaction(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def normalised_url(url: str) -> URL:
    """A database URL with the driver that is installed here."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _postgresql_engine(url: URL, threads: int, *, settings: Mapping[str, str]) -> Engine:
    engine = create_engine(url, pool_size=threads, max_overflow=2, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        for name, value in settings.items():
            connection.execute(f"SET {name} = '{value}'")
        connection.commit()

    return engine


def _sqlite_engine(url: URL, *, begin: str, is_readonly: bool = False) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=2,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error would carry customers' addresses into the log
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own would come too late
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if is_readonly:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
