"""Where no row says why an order is not in a campaign, there is one reason all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from paldies.campaigns.words import EventKind
from paldies.reports.silences import Happened, Published, Silence, Standing, silence
from tests.factories import NOON

DAY = timedelta(days=1)
RUNNING = Standing(
    first_published_at=NOON - DAY,
    withdrawn_at=None,
    versions=(Published(EventKind.CONFIRMED, NOON - DAY),),
)
SEEN = Happened(EventKind.CONFIRMED, first_seen_at=NOON, is_history=False, planned_at=None)
PLANNED = replace(SEEN, planned_at=NOON)
AGAIN = Published(EventKind.CONFIRMED, NOON + DAY)
WITH_ANOTHER_TRIGGER = Published(EventKind.PLACED, NOON - DAY)


@pytest.mark.parametrize(
    ("standing", "happened", "why"),
    [
        (RUNNING, None, Silence.NOT_HAPPENED),
        (RUNNING, replace(PLANNED, is_history=True), Silence.HISTORY),
        (RUNNING, replace(PLANNED, first_seen_at=NOON - 2 * DAY), Silence.BEFORE_PUBLICATION),
        (RUNNING, SEEN, Silence.NOT_LOOKED_AT),
        (replace(RUNNING, first_published_at=None, versions=()), SEEN, Silence.NOT_PUBLISHED),
        (replace(RUNNING, withdrawn_at=NOON), None, Silence.CAMPAIGN_WITHDRAWN),
        (replace(RUNNING, withdrawn_at=NOON), SEEN, Silence.CAMPAIGN_WITHDRAWN),
        (replace(RUNNING, withdrawn_at=NOON - DAY), PLANNED, Silence.CAMPAIGN_WITHDRAWN),
        (replace(RUNNING, versions=(*RUNNING.versions, AGAIN)), PLANNED, Silence.NOT_RUNNING),
        (replace(RUNNING, versions=(WITH_ANOTHER_TRIGGER, AGAIN)), PLANNED, Silence.OTHER_TRIGGER),
    ],
)
def test_a_silence_has_the_reason_that_the_planner_had(
    standing: Standing, happened: Happened | None, why: Silence
) -> None:
    assert silence(standing, happened) is why


def test_what_should_have_been_planned_and_was_not_is_unexplained() -> None:
    assert silence(RUNNING, PLANNED) is Silence.UNEXPLAINED


def test_what_was_planned_before_the_withdrawal_is_not_blamed_on_it() -> None:
    withdrawn_later = replace(RUNNING, withdrawn_at=NOON + DAY)

    assert silence(withdrawn_later, PLANNED) is Silence.UNEXPLAINED


def test_history_is_history_even_in_a_campaign_that_came_later() -> None:
    later = replace(RUNNING, first_published_at=NOON + DAY, versions=(AGAIN,))

    assert silence(later, replace(PLANNED, is_history=True)) is Silence.HISTORY


def test_every_silence_has_a_sentence_that_ends_without_a_stop() -> None:
    assert all(word.sentence and word.sentence[-1] not in ".!" for word in Silence)
