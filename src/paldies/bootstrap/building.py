"""Settings in, a working house out."""

import os
from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4
from zoneinfo import ZoneInfo

from paldies.bootstrap.app import App
from paldies.bootstrap.channels import make_channels, rate_of
from paldies.bootstrap.databases import open_database
from paldies.bootstrap.duty import make_duty, make_pager
from paldies.bootstrap.hooks import home_zone, make_inbox
from paldies.bootstrap.mailboxes import make_mailbox
from paldies.bootstrap.set_up import SetUpError
from paldies.bootstrap.shops import make_shop
from paldies.channels import TRAITS
from paldies.channels.absent import Absent
from paldies.channels.base import Answerable, Channel
from paldies.clock import Clock, SystemClock
from paldies.customers.addresses import AddressError, email_address
from paldies.orders.shared_shops import SharedShops
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.outbox.budget import Budget
from paldies.outbox.composer import Composer
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.engines.roll import Roll
from paldies.outbox.engines.shared_supply import SharedSupply
from paldies.outbox.evidence import House
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.outbox.rate import Rate
from paldies.outbox.sender import Sender
from paldies.outbox.supply import OwnSupply, Supply
from paldies.privacy.fading import Fading
from paldies.replies.asking import Asking
from paldies.replies.escalation import Escalation
from paldies.replies.mailbox import BounceMailbox
from paldies.reports.alerts import StaffAlerts
from paldies.settings import Settings
from paldies.store.database import Database
from paldies.store.fences import fence_of
from paldies.store.keyring import keyring
from paldies.templates.library import Library
from paldies.templates.memory import Notebook, load_texts
from paldies.templates.values import ShopCard


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    channels: Sequence[Channel] | None = None,
    database: Database | None = None,
    composing: type[Composer] = Composer,
    supplying: Callable[[str, Database], Supply] | None = None,
    watches: bool = True,
) -> App:
    """`channels` and `database` replace those of the settings; `supplying` makes a channel's supply.

    Unless it `watches` the shops, another process does.

    Raises SetUpError, ShopError, the database's own errors.
    """
    clock = clock or SystemClock()
    main = settings.paldies
    database = database or open_database(settings)
    is_shared = not database.is_sqlite and supplying is None
    memory = Notebook(database.look(load_texts))
    library = Library(main.templates, locale=main.locale, memory=memory, autopublish=main.autopublish)
    mailbox = settings.email.sender or settings.shop.email or "paldies@localhost"
    shop = ShopCard(**settings.shop.model_dump())
    links = Links.of(main.public_url, database.now(keyring, clock.now()))
    composer = composing(library, shop, mailbox=mailbox, links=links)
    plans = Plans(TRAITS)
    chosen = channels if channels is not None else make_channels(settings, database, clock)
    known = {channel.traits.name: channel for channel in chosen}
    house = House(
        home_zone=main.time_zone,
        has_way_out=bool(main.public_url),
        soft_opt_in=main.soft_opt_in,
        only_to=frozenset(map(_allowed, main.send_only_to)) if main.send_only_to else None,
        channels=frozenset(known),
    )
    ledger = Ledger(database)
    alerts = StaffAlerts(
        known["email"],
        to=settings.staff.email,
        sender=mailbox,
        clock=clock,
        pager=make_pager(settings),
        told_by_all=database if is_shared else None,
    )
    duty = make_duty(settings, library)
    budget = Budget(
        limit.amount if (limit := settings.twilio.daily_budget) else None, ZoneInfo(main.time_zone)
    )
    process = f"{os.getpid()}-{uuid4().hex[:12]}"
    supplying = supplying or _supplying(settings, known, clock=clock, process=process)
    dispatchers = [
        Dispatcher(
            Sender(
                known.get(name) or Absent(traits),
                composer,
                ledger=ledger,
                clock=clock,
                alerts=alerts,
                budget=budget,
                links=links,
                process=process,
            ),
            database=database,
            plans=plans,
            house=house,
            supply=supplying(name, database),
        )
        for name, traits in TRAITS.items()
    ]
    imap = make_mailbox(settings) if channels is None and not settings.is_rehearsal else None
    shops = [(source, make_shop(source, clock)) for source in settings.shops]
    return App(
        mode=main.mode,
        clock=clock,
        zone=ZoneInfo(main.time_zone),
        database=database,
        fence=fence_of(database, main.state_dir),
        roll=Roll(database, process, state_dir=main.state_dir, clock=clock, alerts=alerts)
        if is_shared
        else None,
        silent=SharedShops(database, {source.name: source.poll for source in settings.shops})
        if is_shared
        else None,
        templates=main.templates,
        traits=TRAITS,
        library=library,
        memory=memory,
        composer=composer,
        plans=plans,
        house=house,
        ledger=ledger,
        budget=budget,
        links=links,
        shop=shop,
        locale=main.locale,
        dispatchers=dispatchers,
        mailbox=BounceMailbox(imap, database=database, links=links, plans=plans, clock=clock, staff=alerts)
        if imap
        else None,
        asking=Asking(
            [channel for channel in chosen if isinstance(channel, Answerable)],
            database=database,
            plans=plans,
            clock=clock,
        ),
        shops=[
            WatchedShop(
                Watcher(database, shop, home_zone=home_zone(source, settings), country=main.country),
                poll=source.poll,
            )
            for source, shop in shops
            if watches
        ],
        inbox=make_inbox(settings, shops, database=database, clock=clock),
        duty=duty,
        escalation=Escalation(database, duty, alerts, clock),
        alerts=alerts,
        fading=Fading(database, clock, keep=settings.privacy.keep_customers),
        keep_texts=main.keep_texts,
        stop_timeout=main.stop_timeout,
    )


def _supplying(
    settings: Settings, channels: Mapping[str, Channel], *, clock: Clock, process: str
) -> Callable[[str, Database], Supply]:
    """One daemon has its database to itself; on PostgreSQL others may take from the same outbox."""

    def make(name: str, database: Database) -> Supply:
        rate = Rate(rate_of(name, settings))
        if database.is_sqlite:
            return OwnSupply(database, name, rate=rate, clock=clock)
        return SharedSupply(
            database,
            name,
            process=process,
            per_second=rate.per_second,
            connections=channels[name].concurrency if name in channels else 1,
            clock=clock,
        )

    return make


def _allowed(address: str) -> str:
    try:
        return email_address(address)
    except AddressError as error:
        raise SetUpError(f"paldies.send_only_to: {error}") from error
