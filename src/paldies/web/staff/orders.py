"""An order's line: everything that was said about it, or was not, and why."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from paldies.outbox.composer import opened
from paldies.replies import deeds
from paldies.replies.deeds import Deed
from paldies.reports.finding import find_orders
from paldies.reports.local_time import LocalTime, city
from paldies.reports.story import OrderStory, PassageStory
from paldies.reports.why import explain
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look
from paldies.web.staff.office import Office

_LONGEST = 200  # characters of a question


@dataclass(frozen=True, slots=True)
class Line:
    """An order's story, and what was done for it at the desk."""

    story: OrderStory
    deeds: list[Deed]
    clock: LocalTime

    @property
    def begun_first(self) -> list[PassageStory]:
        return sorted(self.story.passages, key=lambda passage: passage.state is None)

    @property
    def whose_times(self) -> str:
        shop = city(self.clock.shop_zone)
        if not self.clock.customer_zone:
            return f"Nobody knows what time it is for the customer: times are those of {shop}."
        if self.clock.customer_zone == self.clock.shop_zone:
            return f"Times are those of {shop}."
        return f"Times are the customer's, in {city(self.clock.customer_zone)}; in brackets the shop's."


def orders(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/orders")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, q: str = "", only: str = "", visit: Visit = admitted) -> Response:
        """`only` is `shop:id`, where a question means several orders."""
        asked = q[:_LONGEST].strip()
        found = await office.look(_lines, asked, office) if asked else []
        shown = [one for one in found if f"{one.story.shop}:{one.story.id}" == only] or found
        return look.page("orders", request, visit, asked=asked, found=found, shown=shown)

    return pages


def _lines(session: Session, asked: str, office: Office) -> list[Line]:
    app = office.app
    ids = find_orders(session, asked)
    stories = explain(session, asked, plans=app.plans, house=app.house, now=office.now, opened=opened)
    return [
        Line(
            story,
            deeds.about(session, order_ids=[order_id]),
            LocalTime(story.customer_zone, story.shop_zone, story.now),
        )
        for order_id, story in zip(ids, stories, strict=False)
    ]
