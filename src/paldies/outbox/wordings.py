"""What a person has written for one customer in place of a step's text."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from paldies.store.schema import wordings
from paldies.templates.by_hand import Wording

_THESE = select(wordings.c.message_id, wordings.c.subject, wordings.c.body).where(
    wordings.c.message_id.in_(bindparam("ids", expanding=True))
)


def read_wordings(session: Session, message_ids: Collection[int]) -> dict[int, Wording]:
    """By message; nothing is asked where there are no messages."""
    if not message_ids:
        return {}
    found = session.execute(_THESE, {"ids": list(message_ids)})
    return {row.message_id: Wording(row.subject, row.body) for row in found}


def write_wording(session: Session, message_id: int, wording: Wording, *, by: str, now: datetime) -> None:
    """To be called in the transaction that approves the message: only an approved one's is looked for."""
    session.execute(delete(wordings).where(wordings.c.message_id == message_id))
    session.execute(
        insert(wordings).values(
            message_id=message_id,
            subject=wording.subject,
            body=wording.body,
            written_by=by,
            written_at=now,
        )
    )
