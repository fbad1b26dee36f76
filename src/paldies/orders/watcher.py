"""Asks one shop what is new, and stores each page of its answer together with the cursor."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from paldies.customers import merges
from paldies.orders import cursors, open_orders, storing
from paldies.orders.cursors import Progress
from paldies.orders.entries import Home
from paldies.orders.intake import Taken
from paldies.orders.shops.base import Page, Rejected, Shop, ShopError
from paldies.orders.told import Told
from paldies.store.database import Database

_NIGHT = 3  # the hour, in the shop's zone, from which open orders are looked at again
_ASKED = 500  # open orders that a shop is asked about at once
_REMEMBERED = 10_000  # rejected rows that are not reported again
_REPORTED = 100  # rejected rows that one look names: of a file in which none is right, all are in .rejected


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at a shop came to."""

    orders_seen: int = 0
    taken: Taken = field(default_factory=Taken)
    rejected: tuple[Rejected, ...] = ()  # the first of those that were not reported before
    rejected_more: int = 0

    @property
    def orders_new(self) -> int:
        return self.taken.new

    @property
    def orders_changed(self) -> int:
        return self.taken.changed

    @property
    def events(self) -> int:
        return self.taken.events

    def __add__(self, other: "Watched") -> "Watched":
        rejected = self.rejected + other.rejected
        more = self.rejected_more + other.rejected_more + len(rejected[_REPORTED:])
        return Watched(
            self.orders_seen + other.orders_seen, self.taken + other.taken, rejected[:_REPORTED], more
        )


class Retired(Exception):
    """We are stopping. What was read until then stays; the rest is read after the next start."""


class Watcher:
    """One shop. Its methods block; a shop is asked one thing at a time."""

    def __init__(self, database: Database, shop: Shop, *, home_zone: str, country: str = "") -> None:
        """`home_zone` is what the shop's bare days are meant in, `country` its national telephone numbers."""
        self.shop = shop
        self.is_retired = False  # set by another thread: the look under way ends with the page in hand
        self.seen = 0  # orders that the look under way has been told of so far; for who waits for it
        self._database = database
        self._home = Home(ZoneInfo(home_zone), country)
        self._reported: set[Rejected] = set()

    def watch(self, now: datetime) -> Watched:
        """One poll. Raises ShopError, once that is written down, or Retired; what was read stays."""
        progress = self._begin(now)
        with self._noting_failure(now):
            watched = self._take(self.shop.poll(progress.cursor), progress, now=now, keeps_cursor=True)
        self._database.now(_finish, self.shop.name, now=now)
        return watched

    def take(self, told: Sequence[Told]) -> Watched:
        """What the shop has told at several moments, the earliest first, as if each had been a poll.

        The shop itself is not asked; it has been, once: what it knew at its first poll is history. To come to
        what a poll at each moment would have come to, tell of nobody twice at once, and plan after each time
        by `plan_new_events(…, at_first_sight=True)`.
        """
        if not told:
            return Watched()
        progress = self._begin(told[0].at)
        taken = storing.store(
            self._database,
            self.shop.name,
            told,
            home=self._home,
            history=progress.history,
            finally_=partial(_finish, shop=self.shop.name, now=told[-1].at),
        )
        return Watched(len(told), taken, self._unreported(taken.refused))

    def rescan_if_due(self, now: datetime) -> Watched:
        """Once a night, the present state of all open orders. Raises ShopError like `watch`."""
        local = now.astimezone(self._home.zone)
        progress = self._begin(now)
        if local.hour < _NIGHT or progress.rescanned_on == local.date():
            return Watched()
        watched = self.rescan(now)
        self._database.now(cursors.rescanned, self.shop.name, local.date())
        return watched

    def rescan(self, now: datetime) -> Watched:
        """See `rescan_if_due`: now, whatever the hour."""
        progress, watched, last = self._since_last_rescan(now), Watched(), 0
        self._database.now(open_orders.close_old, self.shop.name, now=now)
        with self._noting_failure(now):
            while rows := self._database.look(open_orders.next_open, self.shop.name, last, limit=_ASKED):
                last = rows[-1][0]
                pages = self.shop.rescan([external_id for _, external_id in rows])
                watched += self._take(pages, progress, now=now, keeps_cursor=False)
        return watched

    def _since_last_rescan(self, now: datetime) -> Progress:
        """What a rescan finds, no poll has told: it may be as old as the last rescan."""
        progress = self._begin(now)
        if progress.rescanned_on is None or progress.history.known_until is None:
            return progress
        last = datetime.combine(progress.rescanned_on, time.min, self._home.zone).astimezone(UTC)
        return replace(progress, history=replace(progress.history, known_until=last))

    def note_failure(self, why: str, now: datetime) -> None:
        """Writes down that the shop's state is not known, until the next poll that goes well."""
        self._database.now(cursors.fail, self.shop.name, why, now=now)

    def _begin(self, now: datetime) -> Progress:
        self.seen = 0
        today = now.astimezone(self._home.zone).date()
        if found := self._database.look(cursors.progress_of, self.shop.name):
            return found
        return self._database.now(cursors.begin, self.shop.name, now=now, today=today)

    def _take(
        self, pages: Iterator[Page], progress: Progress, *, now: datetime, keeps_cursor: bool
    ) -> Watched:
        watched, cursor = Watched(), progress.cursor
        with _closing(pages):
            for page in pages:
                if self.is_retired:
                    raise Retired
                has_moved = keeps_cursor and page.cursor != cursor
                taken = storing.store(
                    self._database,
                    self.shop.name,
                    [Told(snapshot, now) for snapshot in page.snapshots],
                    home=self._home,
                    history=progress.history,
                    finally_=partial(cursors.advance, shop=self.shop.name, cursor=page.cursor)
                    if has_moved
                    else None,
                )
                cursor = page.cursor
                self.seen += len(page.snapshots)
                watched += Watched(
                    len(page.snapshots), taken, self._unreported((*page.rejected, *taken.refused))
                )
        return watched

    def _unreported(self, rejected: Iterable[Rejected]) -> tuple[Rejected, ...]:
        news = tuple(dict.fromkeys(row for row in rejected if row not in self._reported))
        if len(self._reported) > _REMEMBERED:
            self._reported.clear()
        self._reported.update(news)
        return news

    @contextmanager
    def _noting_failure(self, now: datetime) -> Iterator[None]:
        """Whatever goes wrong while a shop is read, it is written down that the shop's state is not known."""
        try:
            yield
        except Retired:
            raise
        except Exception as error:
            self.note_failure(str(error) if isinstance(error, ShopError) else f"unforeseen: {error!r}", now)
            raise


@contextmanager
def _closing(pages: Iterator[Page]) -> Iterator[None]:
    """Lets go of the shop's connection now and in this thread, not when what went wrong is forgotten."""
    try:
        yield
    finally:
        if isinstance(pages, Generator):
            pages.close()


def _finish(session: Session, shop: str, *, now: datetime) -> None:
    """After a whole poll: merges that had to wait are tried again."""
    cursors.succeed(session, shop, now=now)
    merges.settle(session)
