"""The plans that come with paldies: whole, in every language, and never two on one day."""

from datetime import timedelta
from itertools import combinations

import pytest

from paldies.campaigns.definition import ANSWERS, Campaign
from paldies.campaigns.policy import PROMOTIONAL_REST
from paldies.campaigns.reading import STOPS, parse
from paldies.campaigns.words import EventKind, Purpose
from paldies.channels import TRAITS
from paldies.cli.text_check import carriers
from paldies.settings import Settings
from paldies.templates.bundled import bundled_templates
from paldies.templates.library import Library
from paldies.templates.lint import check
from paldies.templates.values import ShopCard

FOLDER = bundled_templates()
CAMPAIGNS = [
    parse(file.read_text("utf-8"), file=str(file), name=file.parent.name, channels=TRAITS)
    for file in sorted(FOLDER.glob("*/campaign.toml"))
]
AFTER_DELIVERY = [step for one in CAMPAIGNS if one.trigger is EventKind.DELIVERED for step in one.steps]


OF_COMPLAINTS = (EventKind.MANUAL, EventKind.CASE_OPENED)
BY_THEMSELVES = [one for one in CAMPAIGNS if one.trigger not in OF_COMPLAINTS]


def test_there_are_three_and_what_complaints_are_answered_with() -> None:
    assert [campaign.name for campaign in BY_THEMSELVES] == ["first_day", "getting_started", "listening"]
    assert [campaign.name for campaign in CAMPAIGNS if campaign not in BY_THEMSELVES] == [ANSWERS, "heard"]


@pytest.mark.parametrize("campaign", BY_THEMSELVES, ids=lambda campaign: campaign.name)
def test_each_knows_the_buyers_question_and_when_to_stop(campaign: Campaign) -> None:
    assert campaign.title and campaign.expects.endswith("?") and campaign.risk
    assert campaign.stop_on == STOPS
    assert campaign.again_after and campaign.catch_up


@pytest.mark.parametrize("locale", ["en", "lv", "ru", "lv-LV"])
@pytest.mark.parametrize("shop", [ShopCard("Bērzs & Co", phone="+371 2000 0000"), ShopCard("Bērzs & Co")])
def test_every_step_has_a_text_for_every_channel_that_its_channel_can_carry(
    shop: ShopCard, locale: str
) -> None:
    library = Library(FOLDER, locale=locale)

    report = check(
        library, campaigns=CAMPAIGNS, shop=shop, locale=locale, carriers=carriers(Settings(), TRAITS)
    )

    assert [str(problem) for problem in report.problems if problem.level != "note"] == []


def test_what_follows_delivery_neither_comes_on_one_day_nor_wears_out_the_rest_between() -> None:
    for one, other in combinations(sorted(AFTER_DELIVERY, key=lambda step: step.after), 2):
        apart = other.after - one.after

        assert apart > timedelta(days=2)
        if Purpose.SERVICE not in (one.purpose, other.purpose):
            assert apart > PROMOTIONAL_REST


def test_advice_and_surveys_are_promotional_and_what_concerns_the_order_is_service() -> None:
    purposes = {step.name: step.purpose for campaign in CAMPAIGNS for step in campaign.steps}

    promotional = {name for name, purpose in purposes.items() if purpose is Purpose.PROMOTIONAL}
    assert promotional == {"3_one_thing", "1_how_was_it"}


def test_the_reminder_asks_a_machine_then_a_person_and_writes_last() -> None:
    reminder = BY_THEMSELVES[0].step("2_reminder")

    assert reminder is not None
    assert reminder.channels == ("call", "sms", "task", "email")
    assert reminder.retry == (timedelta(minutes=30), timedelta(hours=3))
    assert (reminder.after, reminder.within) == (timedelta(hours=16), timedelta(hours=24))
    assert reminder.when == "order.todo"
