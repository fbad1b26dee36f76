"""Says to all processes on a PostgreSQL database that one of their ticks has something to do."""

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "paldies"  # the payload is the tick's name; triggers on orders' events and messages do the same


def wake(session: Session, tick: str) -> None:
    """Heard once the transaction is committed."""
    session.execute(text("SELECT pg_notify(:channel, :tick)"), {"channel": CHANNEL, "tick": tick})
