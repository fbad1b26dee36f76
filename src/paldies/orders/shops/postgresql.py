"""How a shop's PostgreSQL is opened: read-only, and forgiving of dates that Python does not have."""

from typing import Any

from psycopg import DataError
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL


def open_postgresql(url: URL, *, patience: int, silence: int) -> Engine:
    """Read-only; `patience`: seconds to wait for a connection, `silence` for a query behind a lock."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"postgresql_readonly": True},
        connect_args={
            "connect_timeout": patience,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        for name, loader in _FORGIVING.items():
            connection.adapters.register_loader(name, loader)
        connection.autocommit = True  # or the setting would end with the first transaction
        connection.execute(f"SET statement_timeout = '{silence}s'")  # not in `options`: poolers refuse those
        connection.autocommit = False

    return engine


def _forgiving(loader: type[Any]) -> type[Any]:
    """PostgreSQL has dates that Python has not (infinity, BC): as text they spoil one row, not the poll."""

    class Forgiving(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except DataError:
                return bytes(data).decode()

    return Forgiving


_FORGIVING = {
    "date": _forgiving(DateLoader),
    "timestamp": _forgiving(TimestampLoader),
    "timestamptz": _forgiving(TimestamptzLoader),
}
