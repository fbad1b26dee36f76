"""How it goes: messages by day and outcome, what came back, and what customers say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import MessageStatus
from paldies.reports.days import SHOWN, Day, Days, Opinion, opinions, summed
from paldies.reports.plots import Bar, stacked
from paldies.web.staff.guard import Guard, Visit
from paldies.web.staff.look import Look
from paldies.web.staff.office import Office

_CHANNELS = ("email", "call", "sms", "task", "letter")
_OUTCOMES = ("sent", "skipped", "cancelled", "failed")
_QUOTED = 8  # answers that are shown in full


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; `percent` is None where there is nothing to count."""

    name: str
    count: int
    of: int
    limit: float = 0.0  # percent from which it is too much

    @property
    def percent(self) -> float | None:
        return 100 * self.count / self.of if self.of else None

    @property
    def is_too_much(self) -> bool:
        return bool(self.limit and self.percent and self.percent > self.limit)


@dataclass(frozen=True, slots=True)
class Figures:
    by_channel: Markup
    by_outcome: Markup
    channels: list[tuple[str, int]]
    outcomes: list[tuple[str, int]]
    table: Sequence[tuple[str, dict[str, int]]]  # a row for each day that has anything, the latest first
    rates: list[Rate]
    faces: list[tuple[int, int, int]]  # rating, how many, percent
    quoted: list[Opinion]


def figures(office: Office, look: Look, guard: Guard, days: Days) -> APIRouter:
    pages = APIRouter(prefix="/figures")
    admitted = Depends(guard.admit)

    @pages.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, visit: Visit = admitted) -> Response:
        told = await office.look(_figures, days, office.now)
        return look.page("figures", request, visit, told=told, days=SHOWN, outcomes=_OUTCOMES)

    return pages


def _figures(session: Session, days: Days, now: datetime) -> Figures:
    latest = days.latest(session, now)
    total = summed(latest)
    went, ended = Counter[str](), Counter[str]()
    for group, count in total.items():
        ended[group.status] += count
        went[group.channel] += count * (group.status == MessageStatus.SENT)
    reported = Counter[str]()
    for day in latest:
        reported.update(day.reported)
    answers = opinions(session, now - timedelta(days=SHOWN))
    said = Counter(one.rating for one in answers if one.rating)
    return Figures(
        by_channel=stacked(
            [_bar(day, latest, went=True) for day in latest],
            _CHANNELS,
            describes="Messages that were sent, day by day, by channel; the table below has the numbers",
        ),
        by_outcome=stacked(
            [_bar(day, latest, went=False) for day in latest],
            _OUTCOMES,
            describes="Messages day by day, by outcome; the table below has the numbers",
        ),
        channels=[(name, went[name]) for name in _CHANNELS if went[name]],
        outcomes=[(name, ended[name]) for name in _OUTCOMES if ended[name]],
        table=[
            (f"{day.on:%a} {day.on.day} {day.on:%b}", by)
            for day in reversed(latest)
            if (by := _by_status(day))
        ],
        rates=[
            Rate("E-mails that came back", reported[DeliveryKind.BOUNCED], went["email"], limit=5.0),
            Rate("E-mails called spam", reported[DeliveryKind.COMPLAINED], went["email"], limit=0.3),
        ],
        faces=[
            (rating, said[rating], round(100 * said[rating] / max(1, said.total())))
            for rating in (5, 4, 3, 2, 1)
        ],
        quoted=[one for one in answers if one.text][:_QUOTED],
    )


def _bar(day: Day, all_days: Sequence[Day], *, went: bool) -> Bar:
    parts = Counter[str]()
    for group, count in day.ended.items():
        if not went:
            parts[group.status] += count
        elif group.status == MessageStatus.SENT:
            parts[group.channel] += count
    every = ceil(len(all_days) / 8)
    label = f"{day.on.day} {day.on:%b}" if (day.on - all_days[0].on).days % every == 0 else ""
    return Bar(f"{day.on:%a %d %b}", label, parts)


def _by_status(day: Day) -> dict[str, int]:
    counted = Counter[str]()
    for group, count in day.ended.items():
        counted[group.status] += count
    return dict(counted)
