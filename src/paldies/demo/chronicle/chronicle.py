"""What has happened so far, read from the rows that paldies itself writes: nothing here is made up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.words import EventKind, MessageStatus
from paldies.demo.chronicle.entry import Entry, Kind, Reader
from paldies.demo.chronicle.outbox import Attempts, Deliveries, EndedMessages, WaitingMessages
from paldies.demo.chronicle.passages import ClosedEnrolments, OrderEvents, ShopStates
from paldies.demo.chronicle.replies import Cases, Feedback, Tasks, Wishes
from paldies.store.schema import messages, order_events


@dataclass(frozen=True, slots=True)
class Tally:
    """`silences` without those that go without saying."""

    orders: int = 0
    history: int = 0
    letters: int = 0
    calls: int = 0
    texts: int = 0
    tasks: int = 0
    silences: int = 0
    waiting: int = 0


class Chronicle:
    """Grows with every look; entries that were told once stay as they are."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.tally = Tally()
        self._readers: tuple[Reader, ...] = (
            OrderEvents(),
            ClosedEnrolments(),
            Attempts(),
            Deliveries(),
            EndedMessages(),
            WaitingMessages(),
            Tasks(),
            Feedback(),
            Cases(),
            Wishes(),
            ShopStates(),
        )

    def look(self, session: Session, now: datetime) -> list[Entry]:
        """What is new since the last look, in the order in which it happened."""
        news = [entry for reader in self._readers for entry in reader.news(session, now)]
        news.sort(key=lambda entry: entry.at)
        self.entries += news
        self._count(session)
        return news

    def _count(self, session: Session) -> None:
        waiting = select(func.count()).where(messages.c.status == MessageStatus.SCHEDULED)
        history = select(func.count(order_events.c.order_id.distinct())).where(order_events.c.is_history)
        kinds = [entry.kind for entry in self.entries]
        self.tally = Tally(
            orders=sum(entry.what == EventKind.PLACED for entry in self.entries),
            history=session.scalar(history) or 0,
            letters=kinds.count(Kind.LETTER),
            calls=kinds.count(Kind.CALL),
            texts=kinds.count(Kind.TEXT),
            tasks=len({entry.id for entry in self.entries if entry.kind is Kind.TASK}),
            silences=sum(entry.kind is Kind.SILENCE and not entry.is_usual for entry in self.entries),
            waiting=session.scalar(waiting) or 0,
        )
