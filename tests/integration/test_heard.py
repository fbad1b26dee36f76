"""Who complains has it in writing: who answers, and until when, once for each complaint."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.office_hours import OfficeHours
from paldies.campaigns.words import EventKind
from paldies.channels import TRAITS
from paldies.channels.base import Rendered
from paldies.outbox.briefing import brief_of
from paldies.outbox.composer import Composer
from paldies.outbox.evidence import House
from paldies.outbox.links import Links
from paldies.outbox.planning import plan_new_events
from paldies.replies.cases import close_case, open_case
from paldies.replies.duty import Colleague, Duty
from paldies.replies.regarding import regarding
from paldies.replies.wishes import complain
from paldies.store.database import Database
from paldies.store.schema import messages
from paldies.templates.bundled import bundled_templates
from paldies.templates.library import Library
from paldies.templates.values import ShopCard
from tests.factories import NOON, RIGA
from tests.rows import add_order, plans, publish_campaign
from tests.sent import send_one

HOUR = timedelta(hours=1)
DUTY = Duty(OfficeHours(RIGA), (Colleague("Anna Kalniņa", "anna@example.com"),))
PLAN = (bundled_templates() / "heard/campaign.toml").read_text("utf-8")


@pytest.fixture
def heard_of(database: Database) -> int:
    """The message that Alice answers to, and a shop that confirms complaints."""
    database.now(publish_campaign, PLAN, name="heard")
    return database.now(lambda session: send_one(session))


def write(session: Session, message: int, text: str, *, at: timedelta = timedelta(0)) -> int:
    about = regarding(session, message)
    assert about
    return complain(session, about, text=text, ring=False, duty=DUTY, now=NOON + at).case


def confirmations(database: Database, *, at: timedelta = timedelta(0)) -> list[Any]:
    for _ in range(2):  # planning may run as often as it likes
        database.now(plan_new_events, plans(), RIGA, now=NOON + at)
    found = select(messages).where(messages.c.campaign == "heard").order_by(messages.c.id)
    return list(database.look(lambda session: session.execute(found).mappings().all()))


def letter(database: Database, message_id: int) -> Rendered:
    """What Alice reads."""
    library = Library(bundled_templates(), locale="en")
    library.refresh()
    composer = Composer(library, ShopCard("Bērzs"), mailbox="shop@example.com", links=Links("", b"x" * 32))
    with database.session() as session:
        brief = brief_of(session, message_id, traits=TRAITS, plans=plans(), house=House(RIGA), now=NOON)
    return composer.compose(brief, NOON, expires_at=NOON + 4 * HOUR).rendered


def test_a_complaint_is_confirmed_once_and_so_is_the_next_one(database: Database, heard_of: int) -> None:
    first = database.now(write, heard_of, "It leaks.")
    database.now(write, heard_of, "It still leaks.", at=HOUR)
    once = [row["key"] for row in confirmations(database, at=HOUR)]
    database.now(close_case, first, resolution="replaced", by="anna", now=NOON + 2 * HOUR)
    database.now(write, heard_of, "The new one leaks as well.", at=3 * HOUR)
    twice = [row["key"] for row in confirmations(database, at=3 * HOUR)]

    assert [key.partition("/case.")[2] for key in twice] == ["opened.1/1_heard/1", "opened.2/1_heard/1"]
    assert once == twice[:1]


def test_it_names_who_answers_and_until_when(database: Database, heard_of: int) -> None:
    database.now(write, heard_of, "It leaks.")
    (message,) = confirmations(database)

    in_riga = letter(database, message["id"])

    assert message["purpose"] == "service"
    assert "Anna Kalniņa" in in_riga.text
    assert "Wednesday, 18 November, 16:00" in in_riga.text


def test_a_closed_shop_promises_the_next_working_day(database: Database, heard_of: int) -> None:
    database.now(write, heard_of, "It leaks.", at=9 * HOUR)
    (message,) = confirmations(database, at=9 * HOUR)

    assert "Thursday, 19 November, 13:00" in letter(database, message["id"]).text


def test_complaints_about_two_orders_of_one_hour_are_confirmed_both(
    database: Database, heard_of: int
) -> None:
    with database.session() as session:
        about = regarding(session, heard_of)
        assert about
        other = add_order(session, about.customer_id, EventKind.CONFIRMED, at=NOON)
        for order in (about.order_id, other):
            open_case(
                session,
                about.customer_id,
                order_id=order,
                text="It leaks.",
                now=NOON,
                promise=DUTY.promise(NOON),
            )

    assert len(confirmations(database)) == 2
