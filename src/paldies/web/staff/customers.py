"""One customer: what they agreed to, what they never want again, and what was bought."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose
from paldies.customers.addresses import AddressError, as_compared
from paldies.customers.consents import CHECKBOXES
from paldies.replies import deeds, permissions
from paldies.replies.deeds import About, Deed, What
from paldies.reports.complaints import Complaint, complaints_of
from paldies.reports.customer_card import Card, card_of
from paldies.reports.finding import find_orders
from paldies.store.schema import customers as rows
from paldies.store.schema import orders
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office

_LONGEST = 200  # characters of a question


@dataclass(frozen=True, slots=True)
class Known:
    id: int
    card: Card
    complaints: list[Complaint]
    deeds: list[Deed]

    @property
    def name(self) -> str:
        known = f"{self.card.customer['first_name']} {self.card.customer['last_name']}".strip()
        return known or next(iter(self.card.addresses), "A customer")


def customers(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/customers")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def find(request: Request, q: str = "", visit: Visit = admitted) -> Response:
        asked = q[:_LONGEST].strip()
        uuid = await office.look(_find, asked) if asked else ""
        if uuid:
            return go_to(f"/desk/customers/{uuid}")
        return look.page("customers", request, visit, asked=asked)

    async def drawn(uuid: str, request: Request, visit: Visit, problem: str = "") -> Response:
        person = await office.look(read_customer, uuid)
        status = 409 if problem else 200
        return look.page(
            "customer",
            request,
            visit,
            person=person,
            channels=permissions.CHANNELS,
            problem=problem,
            status=status,
        )

    @pages.api_route("/{uuid}", methods=["GET", "HEAD"])
    async def show(uuid: str, request: Request, visit: Visit = admitted) -> Response:
        return await drawn(uuid, request, visit)

    @pages.post("/{uuid}/wish")
    async def wish(uuid: str, request: Request, visit: Visit = admitted) -> Response:
        """What a customer has asked for, written down by a person."""
        person = await office.look(read_customer, uuid)
        try:
            wanted = _wish(visit, person, office.country)
        except (AddressError, ValueError) as refusal:
            return await drawn(uuid, request, visit, f"{str(refusal).rstrip('.')}.")
        saying = await office.write_wish(_write, wanted, visit.name, office)
        about = About("", person.id)
        await office.write(deeds.note, visit.name, wanted.what, about=about, now=office.now)
        return go_to(f"/desk/customers/{uuid}", saying=saying)

    return pages


@dataclass(frozen=True, slots=True)
class _Wish:
    what: What
    address: str
    channel: str
    purpose: str
    reason: str


def _wish(visit: Visit, person: Known, country: str) -> _Wish:
    """Raises ValueError, AddressError."""
    what, typed = text_of(visit.form, "what"), text_of(visit.form, "address")
    channel, purpose = text_of(visit.form, "channel"), text_of(visit.form, "purpose")
    reason = " ".join(text_of(visit.form, "reason").split())
    address = as_compared(typed, country)
    if address not in person.card.addresses:
        raise ValueError("that is no address or number of this customer")
    if channel and not permissions.goes_to(channel, address):
        raise ValueError(f"{channel} does not go to {address}")
    if purpose and purpose not in list(Purpose):
        raise ValueError("choose what it is about")
    if not reason:
        raise ValueError("say in a few words how they asked for it")
    match what:
        case "suppress":
            return _Wish(What.SUPPRESSED, address, channel, purpose, reason)
        case "lift":
            return _Wish(What.LIFTED, address, "", "", reason)
        case "allow" if channel in CHECKBOXES and purpose:
            return _Wish(What.ALLOWED, address, channel, purpose, reason)
    raise ValueError("choose a channel, and what they agree to")


def _write(session: Session, wish: _Wish, staff: str, office: Office) -> str:
    """What to tell staff."""
    now = office.now
    if wish.what is What.SUPPRESSED:
        permissions.forbid(
            session, wish.address, reason=wish.reason, now=now, channel=wish.channel, purpose=wish.purpose
        )
    elif wish.what is What.LIFTED:
        if not permissions.open_again(session, wish.address, by=staff, now=now):
            return f"Nothing kept messages from {wish.address}."
    elif why_not := permissions.agree(
        session,
        wish.address,
        channel=wish.channel,
        purpose=Purpose(wish.purpose),
        wording=wish.reason,
        by=staff,
        now=now,
    ):
        return f"Written down. But nothing may be sent to {wish.address} all the same: {why_not.rstrip('.')}."
    return "Written down. It holds from now on."


def _find(session: Session, asked: str) -> str:
    """The customer's uuid; empty if there is none. An order's number is as good as an address."""
    card = card_of(session, asked)
    if card:
        return str(card.customer["uuid"])
    for order_id in find_orders(session, asked)[:1]:
        buyer = select(rows.c.uuid).join_from(orders, rows, rows.c.id == orders.c.customer_id)
        return str(session.scalar(buyer.where(orders.c.id == order_id)) or "")
    return ""


def read_customer(session: Session, uuid: str) -> Known:
    """Raises Unknown."""
    card = card_of(session, uuid)
    if card is None:
        raise Unknown
    number: int = session.execute(select(rows.c.id).where(rows.c.uuid == card.customer["uuid"])).scalar_one()
    return Known(number, card, complaints_of(session, number), deeds.about(session, customer_ids=[number]))
