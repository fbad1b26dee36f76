"""A snapshot made ready to be stored: its address normalised, its zones looked up, its content hashed."""

from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from paldies.customers.addresses import AddressError, email_address, phone_number
from paldies.customers.consents import CHECKBOXES, Answer
from paldies.customers.contacts import CONTACTS
from paldies.customers.countries import alpha2
from paldies.customers.identity import Buyer, mailbox_of
from paldies.customers.places import zones
from paldies.orders import moments
from paldies.orders.happenings import TIMES, Happening, happenings, said_in, status_of
from paldies.orders.snapshot import Snapshot
from paldies.orders.told import Told
from paldies.value import value

VALUES = (
    *(name for name in TIMES if name != "placed_at"),
    "external_id", "number", "status", "currency", "total", "refunded_total", "promised_at", "payment_method",
    "tags", "todo", "todo_by", "email", "phone", "contact_problem", "first_name", "last_name", "company",
    "locale", "country", "region", "city", "postal_code", "address", "zones",
)  # fmt: skip
_told = attrgetter(*(field.name for field in fields(Snapshot) if field.name != "updated_at"))


@value
class Home:
    """Where the shop is: what bare days and national telephone numbers are meant in."""

    zone: ZoneInfo
    country: str = ""  # ISO 3166-1 alpha-2


@value
class Entry:
    """An order on its way into the database; `seen_at` is now for all that is decided about it."""

    snapshot: Snapshot
    seen_at: datetime
    sha: str
    updated_at: datetime | None
    happened: tuple[Happening, ...]
    values: dict[str, Any]  # of its row, but for who bought it and when
    buyer: Buyer

    def answers(self, *, placed_at: datetime, home: Home) -> list[Answer]:
        """What its checkboxes say, dated `consent_at`, or else with the order."""
        told = moments.happened(self.snapshot.consent_at, zone=home.zone, now=self.seen_at)
        boxes = (
            ("email", self.snapshot.accepts_email, self.values["email"]),
            ("sms", self.snapshot.accepts_sms, self.values["phone"]),
            ("call", self.snapshot.accepts_call, self.values["phone"]),
        )
        return [
            Answer(
                address,
                channel,
                purpose,
                agreed,
                told.at if told else placed_at,
                self.snapshot.consent_source,
            )
            for channel, agreed, address in boxes
            if agreed is not None and address
            for purpose in CHECKBOXES[channel]
        ]


def prepare(told: Told, sha: str, *, home: Home) -> Entry:
    """What cannot be used is left out, and `contact_problem` says why."""
    snapshot = told.snapshot
    said = said_in(snapshot, zone=home.zone, now=told.at)
    country = alpha2(snapshot.country)
    email, phone, problem = _contacts(snapshot, country or home.country)
    values: dict[str, Any] = {
        name: moment.at if (moment := said[name]) else None for name in TIMES
    } | {
        "external_id": snapshot.id,
        "number": snapshot.number or snapshot.id,
        "status": status_of(snapshot, said).value,
        "currency": snapshot.currency,
        "total": snapshot.total or 0,
        "refunded_total": snapshot.refunded_total or 0,
        "promised_at": moments.instant(snapshot.promised_at, zone=home.zone),
        "payment_method": snapshot.payment_method,
        "tags": list(snapshot.tags),
        "todo": snapshot.todo,
        "todo_by": moments.instant(snapshot.todo_by, zone=home.zone),
        "email": email,
        "phone": phone,
        "contact_problem": problem,
        "first_name": snapshot.first_name,
        "last_name": snapshot.last_name,
        "company": snapshot.company,
        "locale": snapshot.locale.partition(".")[0].replace("_", "-"),  # POSIX's lv_LV.UTF-8
        "country": country,
        "region": snapshot.region,
        "city": snapshot.city,
        "postal_code": snapshot.postal_code,
        "address": snapshot.address,
        "zones": list(
            zones(
                country,
                snapshot.region,
                snapshot.city,
                postal_code=snapshot.postal_code,
                time_zone=snapshot.time_zone,
                phone=phone,
            )
        ),
    }  # fmt: skip
    updated_at = moments.instant(snapshot.updated_at, zone=home.zone)
    happened = tuple(happenings(snapshot, said))
    contacts = {name: values[name] for name in CONTACTS}
    buyer = Buyer(snapshot.id, told.at, snapshot.customer_id, mailbox=mailbox_of(email), **contacts)
    return Entry(snapshot, told.at, sha, updated_at, happened, values, buyer)


def sha_of(told: Told, *, home: Home) -> str:
    """Of all that it says but `updated_at`, and of which of its times are still to come."""
    ahead = [
        name for name in TIMES if moments.is_ahead(getattr(told.snapshot, name), zone=home.zone, now=told.at)
    ]
    said = repr((_told(told.snapshot), ahead))
    return blake2b(said.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _contacts(snapshot: Snapshot, country: str) -> tuple[str, str, str]:
    """Address, number, and what is wrong with either."""
    email = phone = ""
    problems = []
    if snapshot.email.strip():
        try:
            email = email_address(snapshot.email)
        except AddressError as error:
            problems.append(f"e-mail: {str(error).rstrip('.')}")
    if snapshot.phone.strip():
        try:
            phone = phone_number(snapshot.phone, country)
        except AddressError as error:
            problems.append(f"phone: {str(error).rstrip('.')}")
    return email, phone, "; ".join(problems)
