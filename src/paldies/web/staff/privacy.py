"""Taking out what is known about a customer, and forgetting them: for admins, in every database there is."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import structlog
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import IntegrityError

from paldies.bootstrap.databases import every_database
from paldies.privacy.export import export
from paldies.privacy.forgetting import StillLeaving, forget
from paldies.privacy.person import Person, find_people
from paldies.replies import deeds
from paldies.replies.deeds import About, What
from paldies.store.database import Database
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.customers import read_customer
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office

log = structlog.get_logger(__name__)


def privacy(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/customers/{uuid}")
    admitted = Depends(guard.admit)

    @pages.post("/export")
    async def take_out(uuid: str, visit: Visit = admitted) -> Response:
        """As a file. A POST, as that it was taken is on record."""
        visit.must_be_admin()
        customer = await office.look(read_customer, uuid)
        told = await asyncio.to_thread(_everything, office, uuid)
        about = About("", customer.id)
        await office.write(deeds.note, visit.name, What.EXPORTED, about=about, now=office.now)
        disposition = {"Content-Disposition": f'attachment; filename="customer-{customer.id}.json"'}
        return Response(told, media_type="application/json", headers=disposition)

    @pages.post("/forget")
    async def forget_them(uuid: str, request: Request, visit: Visit = admitted) -> Response:
        visit.must_be_admin()
        customer = await office.look(read_customer, uuid)
        if text_of(visit.form, "typed").casefold() not in map(str.casefold, customer.card.addresses):
            said = "Nothing was changed: type an address or number of theirs exactly as it stands here."
            return go_to(f"/desk/customers/{uuid}", saying=said)
        try:
            await asyncio.to_thread(_forget, office, uuid)
        except (StillLeaving, IntegrityError):
            said = "A message to them is leaving just now: try again in a minute."
            return go_to(f"/desk/customers/{uuid}", saying=said)
        about = About("", customer.id)
        await office.write(deeds.note, visit.name, What.FORGOT, about=about, now=office.now)
        log.info("a customer was forgotten", by=visit.name)
        return go_to(
            "/desk/customers", saying="Forgotten for good. Backups still have them: see docs/privacy.md."
        )

    return pages


def _everything(office: Office, uuid: str) -> str:
    """Raises Unknown."""
    with _everywhere(office, uuid) as found:
        told = {mode: database.look(export, person, office.now) for mode, database, person in found}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _forget(office: Office, uuid: str) -> None:
    """Raises Unknown, StillLeaving, IntegrityError."""
    with _everywhere(office, uuid) as found:
        for _, database, person in found:
            database.now(forget, person, now=office.now)


@contextmanager
def _everywhere(office: Office, uuid: str) -> Iterator[list[tuple[str, Database, Person]]]:
    """Where they are known, by mode; opening the databases takes a third of a second. Raises Unknown."""
    with ExitStack() as stack:
        found = []
        for mode, database in every_database(office.settings):
            stack.enter_context(closing(database))
            found += [(mode, database, person) for person in database.look(find_people, uuid)]
        if not found:
            raise Unknown
        yield found
