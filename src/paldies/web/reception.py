"""What every page works with, and its one way to the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.bootstrap.databases import open_what_has_left
from paldies.bootstrap.reports import make_providers
from paldies.campaigns.office_hours import OfficeHours
from paldies.channels.call.voices import Voices
from paldies.clock import Clock
from paldies.orders.hooks.inbox import Inbox
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.replies.cases import CaseIsFull
from paldies.replies.duty import Duty
from paldies.replies.provider_reports import ProviderReports
from paldies.replies.regarding import Regarding, regarding, regarding_attempt
from paldies.settings import Settings
from paldies.store.database import Database
from paldies.templates.values import ShopCard

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Finder = Callable[[Session], Regarding]

PATIENCE = 3.5  # seconds: whoever waits longer for a page believes that it is broken


class Unknown(Exception):
    """Nobody was sent a message that this address belongs to."""


class Expired(Exception):
    """The address was good once, and has been for too long."""


class Unavailable(Exception):
    """The database did not answer, or not in time: whether it was written down, is not known."""


class Staff(Protocol):
    def tell(self, topic: str, sentence: str) -> None:
        """Lets the people at the shop know, soon."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """Where customers and providers are received."""

    mode: str
    house: Database  # the daemon's own
    database: Database  # where the messages are that customers have
    clock: Clock
    links: Links
    shop: ShopCard
    staff: Staff
    locale: str  # the shop's own, BCP 47
    duty: Duty  # who answers complaints, and when there are people at the shop
    breakers: Callable[[], Mapping[str, bool]] = dict  # by channel: whether it rests
    metrics_token: str = field(default="", repr=False)  # empty: figures are for whoever reaches them
    auth_token: str = field(default="", repr=False)  # Twilio's; empty: it does not ring back
    voices: Voices = field(default_factory=lambda: Voices({}))
    inbox: Inbox | None = None  # of shops' hooks
    reports: ProviderReports | None = None  # of mail providers

    @classmethod
    def of(cls, app: App, settings: Settings) -> "Reception":
        """In rehearsal nothing leaves: whoever comes has a message from before."""
        database, links = app.database, app.links
        if settings.is_rehearsal:
            database, links = open_what_has_left(settings)
        return cls(
            mode=app.mode,
            house=app.database,
            database=database,
            clock=app.clock,
            links=links,
            shop=app.shop,
            staff=app.alerts,
            locale=app.locale,
            duty=app.duty,
            breakers=lambda: {one.channel.traits.name: one.breaker.is_open for one in app.dispatchers},
            metrics_token=settings.web.metrics_token.get_secret_value(),
            auth_token=settings.twilio.auth_token.get_secret_value(),
            voices=Voices(settings.twilio.voices),
            inbox=app.inbox,
            reports=ProviderReports(
                list(make_providers(settings)),
                database=database,
                links=links,
                plans=Plans(app.traits),  # in rehearsal, those of another database
                clock=app.clock,
                staff=app.alerts,
            ),
        )

    @property
    def working(self) -> OfficeHours:
        """When there are people at the shop."""
        return self.duty.hours

    def close(self) -> None:
        """The daemon closes its own database itself."""
        if self.database is not self.house:
            self.database.close()

    def of_link(self, token: str) -> Finder:
        """Finds the message that a link was made for. Raises Unknown, Expired."""
        message_id = self.links.message_id(token)
        if message_id is None:
            raise Expired if self.links.has_expired(token) else Unknown
        return lambda session: _known(regarding(session, message_id))

    @staticmethod
    def of_attempt(attempt_id: str) -> Finder:
        """Finds the message that was tried."""
        return lambda session: _known(regarding_attempt(session, attempt_id))

    async def about(self, find: Finder) -> Regarding:
        """Raises Unknown, Unavailable."""
        return await self.look(find)

    async def answer(
        self,
        find: Finder,
        f: Callable[Concatenate[Session, Regarding, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[Regarding, T]:
        """Writes down an answer to a message; returns once it is committed.

        Raises Unknown, Unavailable, CaseIsFull.
        """

        def write(session: Session) -> tuple[Regarding, T]:
            about = find(session)
            return about, f(session, about, *args, **kwargs)

        return await self.write(write)

    async def look(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable."""
        return await in_time(self.database.read(f, *args, **kwargs))

    async def look_around(
        self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same in the daemon's own database. Raises Unavailable."""
        return await in_time(self.house.read(f, *args, **kwargs))

    async def write(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable."""
        return await in_time(self.database.run(f, *args, **kwargs))

    def tell_of_case(self, case_id: int, about: Regarding) -> None:
        """Where the daemon does not look: it tells of what is in its own database itself."""
        if self.database is self.house:
            return
        self.staff.tell(
            f"case {case_id}", f"{_who(about)} has written to you. See: paldies cases show {case_id}"
        )

    def tell_of_call_back(self, about: Regarding) -> None:
        self.staff.tell(
            f"call back {about.message_id}", f"{_who(about)} asks to be rung. See: paldies tasks list"
        )


def _who(about: Regarding) -> str:
    return f"The customer of order {about.order_number}" if about.order_number else "A customer"


def _known(about: Regarding | None) -> Regarding:
    if about is None:
        raise Unknown
    return about


async def in_time(work: Awaitable[T]) -> T:
    """Work that has begun is not stopped by a time-out: said twice, everything here means the same."""
    try:
        return await asyncio.wait_for(work, PATIENCE)
    except (Unknown, CaseIsFull):
        raise
    except TimeoutError as error:
        log.error("the database did not answer a page in time", seconds=PATIENCE)
        raise Unavailable from error
    except SQLAlchemyError as error:
        log.error("the database refused a page", error=str(error).partition("\n")[0])  # the rest has values
        raise Unavailable from error
    except Exception as error:
        log.exception("a page failed")
        raise Unavailable from error
