"""A house to which everything happens: the real daemon and staff tasks, and providers with every outcome."""

import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select

from paldies import configuration
from paldies.bootstrap.building import build
from paldies.bootstrap.databases import open_database
from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import EventKind, Purpose
from paldies.channels import TRAITS
from paldies.channels.base import Channel, DeliveryError, Doubt, Outgoing, Receipt, Rendered, Report, Trace
from paldies.channels.task.channel import TaskChannel
from paldies.clock import SteppedClock
from paldies.store import schema
from tests.driven_house import DrivenHouse
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

BEGINS = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
CAST = {"Alice": RIGA, "Boris": VLADIVOSTOK, "Carla": NEW_YORK}
CARE = """
title = "Care"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]
who = "order.total >= 20"
again_after = "1d"

[[steps]]
name = "1_hello"
after = "10m"
channels = ["email", "sms"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_call"
after = "2h"
channels = ["call", "sms", "task"]
retry = ["2h"]
purpose = "service"
expires = "24h"

[[steps]]
name = "3_task"
after = "20h"
channels = ["task", "email"]
retry = ["3h"]
purpose = "service"
expires = "48h"

[[steps]]
name = "4_letter"
after = "48h"
channels = ["email"]
purpose = "service"
when = "order.total >= 50"
approve = true
if_unapproved = "skip"

[[steps]]
name = "5_offer"
after = "60h"
channels = ["sms", "email", "call"]
purpose = "promotional"
expires = "72h"
"""
_CHANNELS = {
    "1_hello": ("email", "sms"),
    "2_call": ("call", "sms", "task"),
    "3_task": ("task", "email"),
    "4_letter": ("email",),
    "5_offer": ("sms", "email", "call"),
}
_TOML = """
[paldies]
mode = "live"
time_zone = "Europe/Riga"
public_url = "https://berzs.example"
[shop]
name = "Bērzs"
address = "Brīvības iela 1, Rīga"
[email]
from = "Bērzs <hello@berzs.example>"
rate = "1000/s"
[twilio]
calls_per_second = 100
sms_per_second = 1000
[web]
port = 0
"""
_DEAD = DeliveryError("5.1.1 no such user", permanent=True, fault="recipient", address_is_dead=True)
_REFUSED = DeliveryError("5.7.1 not from you", permanent=True, fault="recipient")
_LATER = DeliveryError("4.7.1 try again later", permanent=False, fault="recipient")
_SILENCE = Doubt("no answer after all was said")
_ENDINGS = (*(None,) * 10, _DEAD, _REFUSED, _LATER, _LATER, _SILENCE, _SILENCE)
_ANSWERS = {
    "sms": (DeliveryKind.PASSED_ON, DeliveryKind.DELIVERED, DeliveryKind.DELIVERED, DeliveryKind.FAILED),
    "call": (
        DeliveryKind.RINGING, DeliveryKind.ANSWERED, DeliveryKind.BUSY, DeliveryKind.NO_ANSWER,
        DeliveryKind.VOICEMAIL, DeliveryKind.FAILED,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """The same for the same thing at the same seed, in whatever order things come."""

    seed: int

    def of(self, what: str) -> Random:
        return Random(f"{self.seed} {what}")


class Provider:
    """Takes, refuses for now or for good, or falls silent."""

    concurrency = 4

    def __init__(self, traits: Traits, clock: SteppedClock, fate: Fate) -> None:
        self.traits = traits
        self._clock = clock
        self._fate = fate
        self._times: Counter[str] = Counter()

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        ending = self._fates(message.key).choice(_ENDINGS)
        if ending:
            raise ending
        return Receipt(message.key)

    async def probe(self) -> None: ...

    async def close(self) -> None: ...

    def _fates(self, key: str) -> Random:
        """Another one at every time."""
        self._times[key] += 1
        return self._fate.of(f"{self.traits.name} {key} {self._times[key]}")


class AskedProvider(Provider):
    """See Answerable."""

    async def send(self, message: Outgoing) -> Receipt:
        receipt = await super().send(message)
        return Receipt(receipt.id, ask_after=timedelta(minutes=1))

    async def report(self, receipt: str) -> Report:
        fate = self._fates(receipt)
        if fate.random() < 0.1:
            raise DeliveryError("the provider is away", permanent=False, fault="provider")
        kind = fate.choice(_ANSWERS[self.traits.name])
        return Report(
            kind,
            f"{receipt} {kind}",
            self._clock.now(),
            note="as the provider says" if kind is DeliveryKind.FAILED else "",
            ask_after=None if kind.is_final else timedelta(minutes=2),
            address_is_dead=kind is DeliveryKind.FAILED and fate.random() < 0.5,
            wants_no_more=kind is DeliveryKind.FAILED and fate.random() < 0.2,
        )

    async def find(self, trace: Trace) -> Receipt | None:
        fate = self._fates(f"{trace.to} {trace.began_at}")
        return Receipt(f"found {trace.attempt_id}", timedelta(minutes=1)) if fate.random() < 0.3 else None


class FatedHouse(DrivenHouse):
    """Three people may buy; `migrated` is an empty database to begin with."""

    def __init__(self, folder: Path, seed: int, *, migrated: Path) -> None:
        _lay_out(folder)
        shutil.copy(migrated, folder / "paldies.db")
        settings = configuration.load(folder / configuration.FILE, environment={})
        clock, database = SteppedClock(BEGINS), open_database(settings)
        fate = Fate(seed)
        channels: list[Channel] = [
            Provider(TRAITS["email"], clock, fate),
            AskedProvider(TRAITS["sms"], clock, fate),
            AskedProvider(TRAITS["call"], clock, fate),
            TaskChannel(database, clock),
        ]
        super().__init__(build(settings, clock=clock, channels=channels, database=database), clock)

    def customer(self, name: str, number: int, *, has_agreed: bool) -> int:
        """The row's id; `has_agreed` to everything that there is to agree to."""
        with self.database.session() as session:
            phone, email = f"+3712000000{number}", f"{name.lower()}@example.com"
            if has_agreed:
                session.execute(insert(schema.consents), _agreed(email, phone, self.clock.now()))
            return add_customer(session, name, phone=phone, email=email)

    def order(self, customer: int, number: str, *, zone: str, total: int) -> None:
        """Confirmed at this moment; `total` is in cents."""
        with self.database.session() as session:
            phone = session.scalar(select(schema.customers.c.phone).where(schema.customers.c.id == customer))
            add_order(
                session, customer, EventKind.CONFIRMED, at=self.clock.now(), external_id=number,
                number=f"#{number}", zones=[zone], phone=phone, total=total,
            )  # fmt: skip

    def pass_for(self, span: timedelta) -> None:
        """What is due at its end is done as well."""
        self.pass_until(self.clock.now() + span)
        self._runner.run(self._deal_with_now())

    def _duties(self) -> Sequence[Callable[[], Awaitable[None]]]:
        plan, settle_doubts, dispatch = super()._duties()
        return plan, settle_doubts, self.app.asking.trace, self.app.asking.follow_up, dispatch


def _agreed(email: str, phone: str, at: datetime) -> list[dict[str, Any]]:
    to = [(phone, channel, purpose) for channel in ("sms", "call") for purpose in Purpose]
    return [
        {"address": address, "channel": channel, "purpose": purpose.value}
        | {"granted_at": at, "source": "person", "wording": ""}
        for address, channel, purpose in (*to, (email, "email", Purpose.PROMOTIONAL))
    ]


def _lay_out(folder: Path) -> None:
    (folder / configuration.FILE).write_text(_TOML, encoding="utf-8")
    care = folder / "message_templates/care"
    care.mkdir(parents=True)
    (care / "campaign.toml").write_text(CARE, encoding="utf-8")
    for step, channels in _CHANNELS.items():
        for channel in channels:
            head = f"---\nsubject: {step}\n---\n" if channel == "email" else ""
            (care / f"{step}.{channel}.txt").write_text(f"{head}Good day.\n", encoding="utf-8")
