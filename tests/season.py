"""Weeks in the life of a shop, played as fast as the machine can, with the real daemon beside it."""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from paldies import configuration
from paldies.bootstrap.building import build
from paldies.channels import TRAITS
from paldies.channels.base import Outgoing, Receipt, Rendered
from paldies.clock import SteppedClock
from paldies.daemon import Daemon
from paldies.outbox.agenda import next_look
from paldies.settings import Settings
from paldies.templates.bundled import bundled_templates
from tests.living_shop import SETTINGS, LivingShop
from tests.marketplace import HOURS, Order
from tests.oracle import Polls

_KEEP_HOUSE = 6  # hours: often enough for what is done once a night
_TOML = """
[paldies]
mode = "live"
database = "sqlite:///paldies.db"
templates = "{templates}"
time_zone = "America/Sao_Paulo"

[shop]
name = "Mercado"
email = "oi@mercado.example"

[email]
from = "Mercado <oi@mercado.example>"
rate = "1000/s"

[[shops]]
name = "mercado"
url = "sqlite:///shop.db"
poll = "1h"
{shop}
"""


# What the oracle foretells: the first day of a shop that only writes.
FIRST_DAY = """
title = "The first day"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]
again_after = "30d"
catch_up = "24h"

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_reminder"
after = "16h"
within = "24h"
window = { hours = "9:00-20:00" }
channels = ["email"]
purpose = "service"
when = "order.todo"

[[steps]]
name = "3_thank_you"
after = "20h"
within = "24h"
window = { hours = "9:00-20:00" }
channels = ["email"]
purpose = "service"
sender = "anna"
"""


def lay_out(folder: Path) -> Path:
    """The shipped letters of the first day, on the plan above."""
    (folder / "first_day").mkdir(parents=True)
    shipped = bundled_templates()
    for file in [*shipped.glob("*.*"), *shipped.glob("first_day/*.email.*")]:
        shutil.copy(file, folder / file.relative_to(shipped))
    (folder / "first_day/campaign.toml").write_text(FIRST_DAY)
    return folder


class Postbox:
    """Stands in for e-mail: takes everything, and notes when it came."""

    traits = TRAITS["email"]
    concurrency = 4

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self.letters: list[tuple[datetime, Outgoing]] = []

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        self.letters.append((self._clock.now(), message))
        return Receipt(f"letter {len(self.letters)}")

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


@dataclass
class Season:
    """The shop is asked every hour in which something happens, and does not answer in an outage."""

    folder: Path
    orders: Sequence[Order]
    begins: datetime
    ends: datetime
    outages: Sequence[tuple[datetime, datetime]] = ()
    good: list[datetime] = field(default_factory=list)
    failed: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SteppedClock(self.begins)
        self.postbox = Postbox(self.clock)
        self.shop = LivingShop(self.folder / "shop.db", self.orders)
        self.settings = self._settings()
        self.app = build(self.settings, clock=self.clock, channels=[self.postbox])
        self._is_down = False

    @property
    def polls(self) -> Polls:
        return Polls(self.good, self.failed)

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """As in `paldies run`, but that the clock waits until all due has left; inside, it has passed."""
        daemon = Daemon(self.app)
        await daemon.begin()
        await self._pass(daemon)
        yield
        await daemon.end(patience=5)

    async def _pass(self, daemon: Daemon) -> None:
        while (now := self.clock.now()) < self.ends:
            await self._look(daemon)
            if now.hour % _KEEP_HOUSE == 0:
                await daemon.keep_house()
                await daemon.keep_going()
                await daemon.settle_doubts()
            await self._send_until(daemon, self._next_look(now))

    async def _look(self, daemon: Daemon) -> None:
        now = self.clock.now()
        self._open_or_close(is_down=any(start <= now < end for start, end in self.outages))
        if not self._is_down:
            self.shop.live_until(now)
        (self.failed if self._is_down else self.good).append(now)
        for shop in self.app.shops:
            await daemon.watch(shop)
        await daemon.plan()

    def _open_or_close(self, *, is_down: bool) -> None:
        if is_down and not self._is_down:
            self.shop.go_down()
        if self._is_down and not is_down:
            self.shop.come_back()
        self._is_down = is_down

    def _next_look(self, now: datetime) -> datetime:
        """On the hour. Those in which nothing happens are passed over, but not while the shop is down."""
        if self._is_down:
            return now + HOURS
        news = self.shop.next_change_at or self.ends
        wanted = min([news, self.ends, *(start for start, _ in self.outages if start > now)])
        return now + max(timedelta(hours=1), -((now - wanted) // HOURS) * HOURS)

    async def _send_until(self, daemon: Daemon, then: datetime) -> None:
        while True:
            await daemon.dispatch()
            for dispatcher in self.app.dispatchers:
                await dispatcher.drained()
            due_at = await self.app.database.read(next_look)
            if due_at is None or due_at >= then:
                return self.clock.move_to(then)
            assert due_at > self.clock.now(), "what is due does not leave, and nobody says why"
            self.clock.move_to(due_at)

    def _settings(self) -> Settings:
        toml = self.folder / configuration.FILE
        templates = lay_out(self.folder / "message_templates")
        toml.write_text(_TOML.format(templates=templates, shop=SETTINGS), encoding="utf-8")
        return configuration.load(toml, environment={})
