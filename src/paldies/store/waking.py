"""Says to all processes on a PostgreSQL database that one of their ticks has something to do."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# The payload is a tick's name or call; triggers on orders' events and messages do the same.
CHANNEL = "paldies"


def wake(session: Session, tick: str) -> None:
    """Heard once the transaction is committed."""
    session.execute(text("SELECT pg_notify(:channel, :tick)"), {"channel": CHANNEL, "tick": tick})
