"""Everything the daemon and the admin command work with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from paldies.campaigns.traits import Traits
from paldies.clock import Clock
from paldies.orders.hooks.inbox import Inbox
from paldies.orders.shared_shops import SharedShops
from paldies.orders.watched import WatchedShop
from paldies.outbox.budget import Budget
from paldies.outbox.composer import Composer
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.engines.roll import Roll
from paldies.outbox.evidence import House
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.privacy.fading import Fading
from paldies.replies.asking import Asking
from paldies.replies.duty import Duty
from paldies.replies.escalation import Escalation
from paldies.replies.mailbox import BounceMailbox
from paldies.reports.alerts import StaffAlerts
from paldies.store.database import Database
from paldies.store.fence import Fence
from paldies.templates.library import Library
from paldies.templates.memory import Notebook
from paldies.templates.values import ShopCard


@dataclass(frozen=True, slots=True)
class App:
    mode: str
    clock: Clock
    zone: ZoneInfo
    database: Database
    fence: Fence
    roll: Roll | None  # of the processes on one PostgreSQL database
    silent: SharedShops | None  # the shops, where one process watches them for all
    templates: Path
    traits: Mapping[str, Traits]
    library: Library
    memory: Notebook
    composer: Composer
    plans: Plans
    house: House
    ledger: Ledger
    budget: Budget
    links: Links
    shop: ShopCard
    locale: str
    dispatchers: Sequence[Dispatcher]
    asking: Asking
    mailbox: BounceMailbox | None  # None: none is set, or nothing leaves that could come back
    shops: Sequence[WatchedShop]
    inbox: Inbox
    duty: Duty
    escalation: Escalation
    alerts: StaffAlerts
    fading: Fading
    keep_texts: timedelta
    stop_timeout: timedelta

    def close(self) -> None:
        for shop in self.shops:
            shop.close()
        self.database.close()
