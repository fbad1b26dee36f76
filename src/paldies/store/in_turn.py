"""Several statements behind one another: on PostgreSQL they leave together, and are answered together.

There each answer that is waited for costs a way to the server and back, and two changes of who works.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from paldies.store.prepared import Prepared

Step = tuple[Prepared, Sequence[Mapping[str, Any]]]


def in_turn(session: Session, *steps: Step) -> list[int]:
    """Runs each statement for its rows, if there are any; how many rows of the database each made or changed.

    Once one is refused, none after it is run. Raises SQLAlchemy's errors.
    """
    if not any(rows for _, rows in steps):
        return [0] * len(steps)
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return [statement.run(session, rows) if rows else 0 for statement, rows in steps]
    raw: Any = connection.connection.driver_connection
    with _errors_of_sqlalchemy(connection), raw.pipeline():
        asked = [
            [raw.execute(*told) for told in statement.told(connection.dialect, rows)] if rows else []
            for statement, rows in steps
        ]
    return [sum(cursor.rowcount for cursor in cursors) for cursors in asked]


@contextmanager
def _errors_of_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Instead of the driver's; a connection that is lost is not used again."""
    dialect: Any = connection.dialect
    try:
        yield
    except dialect.dbapi.Error as error:
        is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if is_lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            dialect.dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error
