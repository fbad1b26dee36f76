"""What mail providers report by calling us: believed, written down, and kept as it came for a while."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.channels.email.providers.base import ReportingProvider
from paldies.channels.email.returned.notice import Notice
from paldies.clock import Clock
from paldies.outbox.links import Links
from paldies.outbox.plans import Plans
from paldies.replies.bounces import Taken, take_in
from paldies.replies.mailbox import Staff, tell
from paldies.store.database import Database
from paldies.store.schema import hooks


class ProviderReports:
    """Those of the providers that are set up, by name."""

    def __init__(
        self,
        providers: Sequence[ReportingProvider],
        *,
        database: Database,
        links: Links,
        plans: Plans,
        clock: Clock,
        staff: Staff,
    ) -> None:
        self._providers: Mapping[str, ReportingProvider] = {one.name: one for one in providers}
        self._database = database
        self._links = links
        self._plans = plans
        self._clock = clock
        self._staff = staff

    @property
    def names(self) -> Sequence[str]:
        return list(self._providers)

    async def read(self, provider: str, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        """See ReportingProvider.read."""
        return await self._providers[provider].read(body, headers)

    async def take(self, provider: str, body: bytes, notices: Sequence[Notice]) -> None:
        """Returns once all of it is committed. Raises NotYet, the database's own errors."""
        now = self._clock.now()
        for taken in await self._database.run(self._write_down, provider, body, notices, now=now):
            tell(taken, self._staff)

    def _write_down(
        self, session: Session, provider: str, body: bytes, notices: Sequence[Notice], *, now: datetime
    ) -> list[Taken]:
        taken = [take_in(session, one, links=self._links, plans=self._plans, now=now) for one in notices]
        if {kind for one in taken for kind in one.kinds} - {DeliveryKind.DELIVERED}:
            session.execute(  # beside what shops push, and as long; no shop's name has a slash
                insert(hooks).values(
                    shop=f"/{provider}",
                    topic="",
                    order_id="",
                    received_at=now,
                    content=zlib.compress(body),
                    problem="",
                    settings="",
                )
            )
        return taken
