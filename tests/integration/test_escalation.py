"""A complaint reaches people: the one on duty at once, then the next, then everybody, until somebody acts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.office_hours import OfficeHours
from paldies.clock import SteppedClock
from paldies.replies.cases import close_case, open_case, promise_of, take_case
from paldies.replies.duty import Colleague, Duty
from paldies.replies.escalation import Escalation
from paldies.reports.alerts import StaffAlerts
from paldies.store.database import Database
from paldies.store.schema import cases
from tests.factories import RIGA
from tests.fake_channel import PROVIDER_DOWN, FakeChannel
from tests.rows import add_customer, add_order

ANNA, PETERIS, ALL = "anna@berzs.example", "peteris@berzs.example", "staff@berzs.example"
MORNING = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo(RIGA))  # a Monday
DUTY = Duty(
    OfficeHours(RIGA, country="LV"), (Colleague("Anna", ANNA), Colleague("Pēteris", PETERIS)), staff=ALL
)
HOUR = timedelta(hours=1)


class FakePager:
    def __init__(self) -> None:
        self.pages: list[str] = []

    async def page(self, title: str, text: str) -> bool:
        self.pages.append(title)
        return True


class Watch:
    """The staff's mailboxes, and a clock."""

    def __init__(self, database: Database, duty: Duty = DUTY, pager: FakePager | None = None) -> None:
        self.clock = SteppedClock(MORNING)
        self.mails = FakeChannel()
        alerts = StaffAlerts(
            self.mails, to=duty.staff, sender="Anna <a@berzs.example>", clock=self.clock, pager=pager
        )
        self._escalation = Escalation(database, duty, alerts, self.clock)

    async def told_at(self, moment: datetime) -> list[str]:
        """Who is written to then."""
        before = len(self.mails.sent)
        self.clock.move_to(moment)
        await self._escalation.tell()
        return [mail.rendered.to for mail in self.mails.sent[before:]]


def complain(session: Session, text: str = "It leaks.", *, at: datetime = MORNING) -> int:
    """Alice does, about her order 1001; the number of the case."""
    row = session.execute(select(cases.c.customer_id, cases.c.order_id)).first()
    customer = row.customer_id if row else add_customer(session)
    order = row.order_id if row else add_order(session, customer, number="1001")
    return open_case(session, customer, order_id=order, text=text, now=at, promise=DUTY.promise(at))


async def test_the_one_on_duty_is_told_at_once_then_the_next_then_everybody(database: Database) -> None:
    watch = Watch(database)
    database.now(complain)

    told = [await watch.told_at(MORNING + hours * HOUR) for hours in (0, 1, 2, 3, 4, 6)]

    assert told == [[ANNA], [], [PETERIS], [], [ANNA, PETERIS, ALL], [ANNA, PETERIS, ALL]]


async def test_the_mail_says_what_was_promised_and_not_what_was_written(database: Database) -> None:
    watch = Watch(database)
    number = database.now(complain)

    await watch.told_at(MORNING)

    (mail,) = watch.mails.sent
    assert mail.rendered.subject == f"paldies: complaint {number} 1001"
    assert "Anna answers by 23.11. 14:00" in mail.rendered.text
    assert f"paldies cases take {number}" in mail.rendered.text
    assert "leaks" not in mail.rendered.text


async def test_a_complaint_at_night_is_told_at_once_and_escalates_in_the_morning(database: Database) -> None:
    watch = Watch(database)
    night = MORNING.replace(hour=23)
    database.now(complain, at=night)

    told = [
        await watch.told_at(moment) for moment in (night, night + 8 * HOUR, MORNING.replace(day=24, hour=11))
    ]

    assert told == [[ANNA], [], [PETERIS]]


@pytest.mark.parametrize("act", ["take", "close"])
async def test_once_somebody_acts_nobody_else_is_told(database: Database, act: str) -> None:
    watch = Watch(database)
    number = database.now(complain)
    await watch.told_at(MORNING)

    if act == "take":
        database.now(take_case, number, by="Anna", now=MORNING)
    else:
        database.now(close_case, number, resolution="Sent a new one", by="Anna", now=MORNING)

    assert await watch.told_at(MORNING + 10 * HOUR) == []


async def test_what_is_added_to_a_case_that_somebody_sees_to_is_told_once(database: Database) -> None:
    watch = Watch(database)
    number = database.now(complain)
    await watch.told_at(MORNING)
    database.now(take_case, number, by="Anna", now=MORNING)

    database.now(complain, "And it is blue.", at=MORNING + HOUR)
    told = [await watch.told_at(MORNING + hours * HOUR) for hours in (1, 5)]

    assert told == [[ANNA], []]


async def test_a_mail_server_that_is_down_is_tried_again_after_a_minute(database: Database) -> None:
    watch = Watch(database)
    watch.mails.answers[ANNA].append(PROVIDER_DOWN)
    database.now(complain)

    told = [await watch.told_at(MORNING + timedelta(seconds=seconds)) for seconds in (0, 10, 60, 70)]

    assert told == [[], [], [ANNA], []]


async def test_a_pager_reaches_people_where_no_mail_does(database: Database) -> None:
    watch = Watch(database, pager=(pager := FakePager()))
    watch.mails.answers[ANNA].append(PROVIDER_DOWN)
    number = database.now(complain)

    await watch.told_at(MORNING)
    await watch.told_at(MORNING + timedelta(minutes=2))

    assert pager.pages == [f"paldies: complaint {number} 1001"]


async def test_where_nobody_is_on_duty_all_staff_are_told(database: Database) -> None:
    watch = Watch(database, Duty(DUTY.hours, staff=ALL))
    database.now(complain)

    assert await watch.told_at(MORNING) == [ALL]


def test_two_take_a_case_and_one_has_it(database: Database) -> None:
    number = database.now(complain)

    taken = [database.now(take_case, number, by=name, now=MORNING) for name in ("Anna", "Pēteris")]

    assert taken == [True, False]
    assert database.look(lambda session: session.scalar(select(cases.c.taken_by))) == "Anna"


@pytest.mark.parametrize(
    ("day", "hour", "promised"),
    [(23, 10, (23, 14)), (23, 16, (24, 11)), (23, 22, (24, 13)), (27, 17, (30, 12))],
)
def test_an_answer_is_promised_within_the_shops_own_hours(
    day: int, hour: int, promised: tuple[int, int]
) -> None:
    promise = DUTY.promise(MORNING.replace(day=day, hour=hour))

    there = promise.by.astimezone(ZoneInfo(RIGA))
    assert (promise.person, (there.day, there.hour)) == ("Anna", promised)


def test_a_promise_stands_until_it_has_passed(database: Database) -> None:
    number = database.now(complain)
    first = database.look(promise_of, number)

    database.now(complain, "Hello?", at=MORNING + HOUR)
    meanwhile = database.look(promise_of, number)
    database.now(complain, "Hello??", at=MORNING + 26 * HOUR)
    later = database.look(promise_of, number)

    assert first
    assert meanwhile == first
    assert later
    assert later.by > first.by
