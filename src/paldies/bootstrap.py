"""The only file that knows every concrete class: settings in, a working house out."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from paldies.campaigns.traits import Traits
from paldies.channels import TRAITS
from paldies.channels.absent import Absent
from paldies.channels.base import Answerable, Channel
from paldies.channels.email.channel import EmailChannel
from paldies.channels.email.dkim_key import read_signer
from paldies.channels.rehearsal import Rehearsal
from paldies.channels.task.channel import TaskChannel
from paldies.clock import Clock, SystemClock
from paldies.customers.addresses import AddressError, email_address
from paldies.orders.shops.base import Shop
from paldies.orders.shops.making import SettingError, made_shop
from paldies.orders.watched import WatchedShop
from paldies.orders.watcher import Watcher
from paldies.outbox.budget import Budget
from paldies.outbox.composer import Composer
from paldies.outbox.dispatcher import Dispatcher
from paldies.outbox.evidence import House
from paldies.outbox.ledger import Ledger
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.outbox.rate import A_SECOND, Rate
from paldies.replies.asking import Asking
from paldies.reports.alerts import StaffAlerts
from paldies.settings import OrderSource, Settings
from paldies.store import installation, migrations
from paldies.store.database import Database
from paldies.store.fence import Fence
from paldies.templates.library import Library
from paldies.templates.memory import Notebook, load_texts
from paldies.templates.values import ShopCard

if TYPE_CHECKING:
    from paldies.channels.email.dkim import Signer

UNLIMITED = "100000/s"  # in rehearsal, and at the shop's own desk, nobody has to be spared


class SetUpError(Exception):
    """The settings are in order, but what they name cannot be used as they say."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything the daemon and the admin command work with."""

    mode: str
    clock: Clock
    zone: ZoneInfo
    database: Database
    fence: Fence
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
    shops: Sequence[WatchedShop]
    alerts: StaffAlerts
    keep_texts: timedelta
    stop_timeout: timedelta

    def close(self) -> None:
        for shop in self.shops:
            shop.close()
        self.database.close()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    channels: Sequence[Channel] | None = None,
    database: Database | None = None,
    composing: type[Composer] = Composer,
    look_every: timedelta = A_SECOND,
) -> App:
    """`channels` and `database` replace those of the settings; `look_every` is how often it will be driven.

    Raises SetUpError, ShopError, the database's own errors.
    """
    clock = clock or SystemClock()
    main = settings.paldies
    database = database or open_database(settings)
    memory = Notebook(database.look(load_texts))
    library = Library(main.templates, locale=main.locale, memory=memory, autopublish=main.autopublish)
    mailbox = settings.email.sender or settings.shop.email or "paldies@localhost"
    shop = ShopCard(**settings.shop.model_dump())
    links = Links(main.public_url, database.now(installation.secret))
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
    alerts = StaffAlerts(known["email"], to=settings.staff.email, sender=mailbox, clock=clock)
    budget = Budget(
        limit.amount if (limit := settings.twilio.daily_budget) else None, ZoneInfo(main.time_zone)
    )
    process = f"{os.getpid()}-{uuid4().hex[:12]}"
    dispatchers = [
        Dispatcher(
            channel=known.get(name) or Absent(traits),
            composer=composer,
            database=database,
            ledger=ledger,
            plans=plans,
            house=house,
            clock=clock,
            rate=Rate(rate_of(name, settings), holds=look_every),
            budget=budget,
            links=links,
            alerts=alerts,
            process=process,
        )
        for name, traits in TRAITS.items()
    ]
    shops = [
        WatchedShop(
            Watcher(
                database,
                make_shop(source, clock),
                home_zone=source.details.get("time_zone", main.time_zone),
                country=main.country,
            ),
            poll=source.poll,
        )
        for source in settings.shops
    ]
    return App(
        mode=main.mode,
        clock=clock,
        zone=ZoneInfo(main.time_zone),
        database=database,
        fence=Fence(database, main.state_dir),
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
        asking=Asking(
            [channel for channel in chosen if isinstance(channel, Answerable)],
            database=database,
            plans=plans,
            clock=clock,
        ),
        shops=shops,
        alerts=alerts,
        keep_texts=main.keep_texts,
        stop_timeout=main.stop_timeout,
    )


def open_database(settings: Settings) -> Database:
    """The database of the mode, brought to the newest schema."""
    return _upgraded(settings.rehearsal_database_url if settings.is_rehearsal else settings.database_url)


def open_what_has_left(settings: Settings) -> tuple[Database, Links]:
    """Where the messages are that customers hold in their hands: in rehearsal, too, those of live."""
    database = _upgraded(settings.database_url)
    return database, Links(settings.paldies.public_url, database.now(installation.secret))


def databases_for_wishes(settings: Settings) -> list[Database]:
    """Where a customer's wishes are written: what a person enters in rehearsal holds live too."""
    live = _upgraded(settings.database_url)
    return [_upgraded(settings.rehearsal_database_url), live] if settings.is_rehearsal else [live]


def make_channels(settings: Settings, database: Database, clock: Clock) -> list[Channel]:
    """Those that are set up; in rehearsal all of them. Raises SetUpError if e-mail is not."""
    if settings.is_rehearsal:
        return [Rehearsal(traits) for traits in TRAITS.values()]
    return [make_email(settings), *make_telephone(settings, clock), TaskChannel(database, clock)]


def make_email(settings: Settings) -> EmailChannel:
    """Raises SetUpError if something is missing that sending needs."""
    url = settings.email.url.get_secret_value()
    if not url:
        raise SetUpError(
            'email.url is missing: write url = "smtp://user:password@host:587" under [email], or set '
            "PALDIES_EMAIL_URL"
        )
    return EmailChannel(
        url,
        settings.email.sender,
        connections=settings.email.connections,
        tls=settings.email.tls,
        signer=make_signer(settings),
    )


def make_signer(settings: Settings) -> "Signer | None":
    """None where the mail server is to sign. Raises SetUpError if the key cannot be used."""
    email = settings.email
    if email.dkim_key is None:
        return None
    try:
        return read_signer(email.dkim_key, email.dkim_selector, sender=email.sender)
    except ValueError as error:
        raise SetUpError(f"email.dkim_key: {error}") from error


def make_telephone(settings: Settings, clock: Clock) -> list[Channel]:
    """Calls and text messages, which share one account; nothing where Twilio is not set up."""
    twilio = settings.twilio
    if not twilio.is_set_up:
        return []
    from paldies.channels.call.channel import CallChannel  # its SDK takes half a second to read
    from paldies.channels.sms.channel import SmsChannel
    from paldies.channels.twilio.account import Account

    account = Account(twilio.account_sid, twilio.auth_token.get_secret_value(), base_url=twilio.base_url)
    call_price, sms_price = twilio.call_price.amount, twilio.sms_price.amount
    return [
        CallChannel(account, sender=twilio.sender, price=call_price, voices=twilio.voices, clock=clock),
        SmsChannel(account, sender=twilio.sender, price=sms_price, clock=clock),
    ]


def rate_of(channel: str, settings: Settings) -> str:
    """How many messages a channel may take: see Rate."""
    rates = {
        "email": settings.email.rate,
        "call": f"{settings.twilio.calls_per_second:f}/s",
        "sms": f"{settings.twilio.sms_per_second:f}/s",
    }
    return UNLIMITED if settings.is_rehearsal else rates.get(channel, UNLIMITED)


def make_shop(source: OrderSource, clock: Clock | None = None) -> Shop:
    """Raises SetUpError for a kind or a key that nobody knows, ShopError for values that cannot be used."""
    try:
        return made_shop(source.kind, source.name, settings=source.details, clock=clock)
    except SettingError as error:
        raise SetUpError(f"shops.{source.name}.{error}") from None


def _upgraded(url: str) -> Database:
    database = Database(url)
    if database.is_sqlite:
        Path(database.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(database)
    return database


def _allowed(address: str) -> str:
    try:
        return email_address(address)
    except AddressError as error:
        raise SetUpError(f"paldies.send_only_to: {error}") from error
