"""Takes over what customers wish: consents and suppressions, as the real database knows them today."""

from typing import Any

from sqlalchemy import Select, Table, insert, select, update
from sqlalchemy.orm import Session

from paldies.store import installation
from paldies.store.database import Database
from paldies.store.schema import consents, forgotten_marks, forgotten_orders, instance, suppressions

_CHUNK = 1000  # rows


def take_over_consents(real: Database, ours: Database) -> None:
    _copy(real, ours, consents, select(consents))


def take_over_suppressions(real: Database, ours: Database) -> None:
    """Those that stand, and who was forgotten: what was wished in June holds in a simulated January."""
    _copy(real, ours, suppressions, select(suppressions).where(suppressions.c.lifted_at.is_(None)))
    if real.look(lambda session: session.scalar(select(forgotten_marks.c.mark).limit(1))):
        _copy(real, ours, forgotten_orders, select(forgotten_orders))
        _copy(real, ours, forgotten_marks, select(forgotten_marks))
        salt = real.look(lambda session: session.scalar(select(instance.c.salt)))
        ours.now(installation.salt)  # there is a row for it from then on
        ours.now(lambda session: session.execute(update(instance).values(salt=salt)))


def _copy(real: Database, ours: Database, table: Table, wanted: Select[Any]) -> None:
    def read(session: Session) -> None:
        for rows in session.execute(wanted).mappings().partitions(_CHUNK):
            ours.now(_add, table, [dict(row) for row in rows])

    real.look(read)


def _add(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table), rows)
