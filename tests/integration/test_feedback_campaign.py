"""Who has told how it was can be thanked: a campaign follows, once for an order."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.campaigns.office_hours import OfficeHours
from paldies.outbox.planning import plan_new_events
from paldies.replies.duty import Duty
from paldies.replies.feedback import give
from paldies.replies.regarding import regarding
from paldies.store.database import Database
from paldies.store.schema import messages, order_events
from tests.factories import NOON, RIGA
from tests.rows import plans, publish_campaign
from tests.sent import send_one

THANKS = """
title = "Thank you for telling us"
trigger = "feedback.received"

[[steps]]
name = "1_thanks"
after = "1h"
channels = ["email"]
purpose = "service"
"""


def rate(session: Session, message: int, rating: int) -> None:
    about = regarding(session, message)
    assert about
    duty = Duty(OfficeHours(RIGA, country="LV"), ())
    give(session, about, rating=rating, text="", is_problem=False, duty=duty, now=NOON)


def test_a_rating_starts_the_campaign_that_waits_for_one(database: Database) -> None:
    database.now(publish_campaign, THANKS, name="thanks")
    message = database.now(send_one)

    for rating in (5, 4):  # the second answer takes the place of the first
        database.now(rate, message, rating)
        database.now(plan_new_events, plans(), RIGA, now=NOON)

    of_thanks = select(messages.c.step).where(messages.c.campaign == "thanks")
    happened = select(order_events.c.kind).where(order_events.c.kind == "feedback.received")
    assert database.look(lambda session: list(session.scalars(of_thanks))) == ["1_thanks"]
    assert database.look(lambda session: list(session.scalars(happened))) == ["feedback.received"]


REFERRAL = """
title = "Tell a friend"
trigger = "feedback.received"
who = "order.rating >= 4"

[[steps]]
name = "1_tell_a_friend"
after = "1h"
channels = ["email"]
"""


@pytest.mark.parametrize(("rating", "asked"), [(5, ["1_tell_a_friend"]), (3, [])])
def test_only_the_happy_are_asked_to_tell_a_friend(database: Database, rating: int, asked: list[str]) -> None:
    database.now(publish_campaign, REFERRAL, name="referral")
    message = database.now(lambda session: send_one(session))

    database.now(rate, message, rating)
    database.now(plan_new_events, plans(), RIGA, now=NOON)

    steps = select(messages.c.step).where(messages.c.campaign == "referral")
    assert database.look(lambda session: list(session.scalars(steps))) == asked
