"""Shops that any of several processes may watch: whether their state is known is written in the database."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.orders import cursors as progress
from paldies.store.database import Database
from paldies.store.schema import cursors
from paldies.store.waking import wake

_BREATH = 0.1  # seconds between two looks for an answer
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SharedShops:
    def __init__(self, database: Database, polls: Mapping[str, timedelta]) -> None:
        """`polls`: how often each shop is read, by name."""
        self._database = database
        self._polls = polls
        self._asked: dict[str, datetime] = {}

    async def ask_silent(self, now: datetime, *, patience: float) -> None:
        """Has those watched first whose last good poll is older than two polls.

        Waits `patience` seconds of real time. One that has not answered by then counts as unreachable from
        now on; in an hour nothing is sent for it.
        """
        silent = await self._database.read(_silent, self._polls, now)
        silent = [shop for shop in silent if now - self._asked.get(shop, _LONG_AGO) >= self._polls[shop]]
        if not silent:
            return
        self._asked |= dict.fromkeys(silent, now)
        for shop in silent:
            await self._database.run(wake, f"watch {shop}")
        end = time.monotonic() + patience
        while silent and time.monotonic() < end:
            await asyncio.sleep(_BREATH)
            still = await self._database.read(_silent, self._polls, now)
            silent = [shop for shop in silent if shop in still]
        for shop in silent:
            why = f"shop {shop!r}: nobody has been able to read it for {patience:g} seconds"
            await self._database.run(progress.fail, shop, why, now=now)


def _silent(session: Session, polls: Mapping[str, timedelta], now: datetime) -> list[str]:
    """A shop that nobody has ever read has no orders to send for."""
    wanted = select(cursors.c.shop, cursors.c.last_good_at).where(cursors.c.shop.in_(list(polls)))
    return [
        shop
        for shop, good_at in session.execute(wanted)
        if good_at is None or now - good_at > 2 * polls[shop]
    ]
