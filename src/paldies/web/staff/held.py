"""What is held in stacks: let it all go, or drop it all."""

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.outbox import by_hand
from paldies.replies import deeds
from paldies.replies.deeds import About, What
from paldies.reports import waiting
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look, go_to
from paldies.web.staff.office import Office


def held(office: Office, look: Look, guard: Guard) -> APIRouter:
    pages = APIRouter(prefix="/held/{campaign}/{reason}")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(campaign: str, reason: str, request: Request, visit: Visit = admitted) -> Response:
        why = _reason(reason)
        shown = await office.look(waiting.held, campaign, why)
        return look.page("held", request, visit, campaign=campaign, why=why, letters=shown, most=waiting.MOST)

    @pages.post("")
    async def decide(campaign: str, reason: str, visit: Visit = admitted) -> Response:
        """A chunk at a time, those that were on the screen: what came since, nobody has seen."""
        why, released = _reason(reason), text_of(visit.form, "what") == "release"
        numbers = [
            int(one) for one in visit.form.getlist("message") if isinstance(one, str) and one.isdigit()
        ]
        done = 0
        for begin in range(0, len(numbers), by_hand.CHUNK):
            piece = numbers[begin : begin + by_hand.CHUNK]
            done += await office.write(_decide, piece, campaign, why, visit.name, office, released=released)
        said = "go on" if released else "are not sent"
        return go_to("/desk/", saying=f"{done} of {len(numbers)} messages {said}.")

    return pages


def _reason(word: str) -> Reason:
    """Raises Unknown."""
    try:
        return Reason[word.upper()]
    except KeyError:
        raise Unknown from None


def _decide(
    session: Session,
    numbers: list[int],
    campaign: str,
    why: Reason,
    staff: str,
    office: Office,
    *,
    released: bool,
) -> int:
    keys = [one.key for one in waiting.held(session, campaign, why) if one.id in set(numbers)]
    do = by_hand.approve if released else by_hand.cancel
    done = sum(one.is_done for one in do(session, keys, now=office.now))
    what = What.RELEASED if released else What.DROPPED
    about = About(f"campaign {campaign}")
    deeds.note(session, staff, what, about=about, now=office.now, note=f"{done} messages: {why.value}")
    return done
