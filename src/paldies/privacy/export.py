"""Everything about one person, over all tables, as a machine reads it (GDPR, articles 15 and 20)."""

import json
import zlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from paldies.outbox.composer import opened
from paldies.privacy.person import Person
from paldies.privacy.traces import TRACES

VERSION = 1


def export(session: Session, person: Person, now: datetime) -> dict[str, Any]:
    """Ready for JSON: instants in ISO 8601, amounts as text, what was sent and what shops pushed in plain."""
    return {
        "version": VERSION,
        "exported_at": _plain(now),
        "person": {
            "name": person.name,
            "addresses": list(person.addresses),
            "accounts": [{"shop": shop, "id": account} for shop, account in person.accounts],
        },
        "tables": {
            trace.table.name: [
                _row(trace.table.name, row)
                for row in session.execute(
                    select(trace.table).where(trace.whose(person)).order_by(*trace.table.primary_key)
                ).mappings()
            ]
            for trace in TRACES
        },
    }


def _row(table: str, row: RowMapping) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in row.items() if not isinstance(value, bytes)}
    content = row.get("content")
    if content is not None:
        plain["content"] = _sent(content) if table == "attempts" else _pushed(content)
    return plain


def _sent(content: bytes) -> dict[str, str]:
    subject, text = opened(content)
    return {"subject": subject, "text": text}


def _pushed(content: bytes) -> Any:
    text = zlib.decompress(content).decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
