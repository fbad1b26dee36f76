"""What staff were told lately, by any of the processes that share a database."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from paldies.store.schema import alerts


def is_first_to_tell(session: Session, topic: str, now: datetime, *, quiet: timedelta) -> bool:
    """Whoever gets True tells them; nobody else does for as long as it is to be `quiet` about it."""
    told = insert(alerts).values(topic=topic, told_at=now)
    again = told.on_conflict_do_update(
        index_elements=[alerts.c.topic], set_={"told_at": now}, where=alerts.c.told_at <= now - quiet
    )
    return session.execute(again.returning(alerts.c.topic)).one_or_none() is not None
