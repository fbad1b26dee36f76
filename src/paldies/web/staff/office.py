"""What every page of the staff desk works with, and its way to the database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from paldies.bootstrap.app import App
from paldies.settings import Settings, Staff
from paldies.store.database import Database
from paldies.web.reception import PATIENCE, Reception, Unavailable

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Office:
    """The daemon's own house, and the other database that customers' wishes hold in."""

    app: App
    settings: Settings
    customers: Database  # where the messages are that customers have

    @classmethod
    def of(cls, app: App, settings: Settings, reception: Reception) -> "Office":
        return cls(app, settings, reception.database)

    @property
    def staff(self) -> Staff:
        """Who may sit at the desk."""
        return self.settings.staff

    @property
    def public_url(self) -> str:
        return self.settings.paldies.public_url

    @property
    def may_mail_links(self) -> bool:
        """Whether somebody who is not signed in can have a link sent to them."""
        return not self.is_rehearsal and any(member.email for member in self.staff.members)

    @property
    def country(self) -> str:
        """Of telephone numbers that name none, ISO 3166-1."""
        return self.settings.paldies.country

    @property
    def now(self) -> datetime:
        return self.app.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        return self.app.zone

    @property
    def is_rehearsal(self) -> bool:
        return self.app.mode == "rehearsal"

    async def look(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable."""
        return await _in_time(self.app.database.read(f, *args, **kwargs))

    async def write(self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In one transaction; returns once it is committed. Raises Unavailable, and what f raises."""
        return await _in_time(self.app.database.run(f, *args, **kwargs))

    async def write_wish(
        self, f: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a customer wishes holds in live, too, while the house rehearses. As `write`."""
        if self.customers is not self.app.database:
            await _in_time(self.customers.run(f, *args, **kwargs))
        return await self.write(f, *args, **kwargs)


def place(settings: Settings) -> str:
    """Where a browser finds the pages."""
    if settings.paldies.public_url:
        return settings.paldies.public_url
    host = settings.web.host if settings.web.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    return f"http://{host}:{settings.web.port}"


async def _in_time(work: Awaitable[T]) -> T:
    """Work that has begun is not stopped by a time-out; what a page refuses, it says itself."""
    try:
        return await asyncio.wait_for(work, PATIENCE)
    except TimeoutError as error:
        log.error("the database did not answer the desk in time", seconds=PATIENCE)
        raise Unavailable from error
    except SQLAlchemyError as error:
        log.error("the database refused the desk", error=str(error).partition("\n")[0])
        raise Unavailable from error
