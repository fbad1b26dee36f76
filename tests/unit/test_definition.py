"""campaign.toml: what is understood, and what each mistake is answered with."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.faults import CampaignFault
from paldies.campaigns.reading import missing_templates, parse
from paldies.campaigns.traits import Window
from paldies.campaigns.words import EventKind, Purpose
from tests.factories import CALL, EMAIL, TASK

FILE = "message_templates/first_day/campaign.toml"
CHANNELS = {"email": EMAIL, "call": CALL, "task": TASK}

FIRST_DAY = """\
title = "The first day"
trigger = "order.confirmed"
expects = "Was this the right choice? What happens now?"
risk = "Doubt, and a cancellation within 24 hours"
stop_on = ["order.cancelled", "order.refunded"]
who = "order.total >= 20"
again_after = "30d"
catch_up = "24h"
holdout = 0.1

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_reminder"
was = "2_call"
after = "16h"
within = "1d"
channels = ["call", "email", "task"]
window = { days = "mon-sat", hours = "10:00-19:00", holidays = false }
when = "order.todo"
retry = ["2h", "1d12h"]

[[steps]]
name = "3_thank_you"
after = "20h"
channels = ["email"]
approve = true
if_unapproved = "send"
sender = "anna"
"""


def read(text):
    return parse(text, file=FILE, name="first_day", channels=CHANNELS)


def problems(text):
    with pytest.raises(CampaignFault) as refused:
        read(text)
    return [str(problem).removeprefix(f"{FILE}:") for problem in refused.value.problems]


def one_step(lines):
    """A campaign of one step, whose own lines begin at line 4."""
    return f'[[steps]]\nname = "1_hello"\nchannels = ["email"]\n{lines}\n'


def test_a_campaign_is_understood_word_by_word():
    campaign = read(FIRST_DAY)

    assert (campaign.name, campaign.title, campaign.trigger) == (
        "first_day",
        "The first day",
        EventKind.CONFIRMED,
    )
    assert campaign.stop_on == {EventKind.CANCELLED, EventKind.REFUNDED}
    assert (campaign.who, campaign.holdout) == ("order.total >= 20", 0.1)
    assert (campaign.again_after, campaign.catch_up) == (timedelta(days=30), timedelta(hours=24))
    first, second, third = campaign.steps
    assert (first.key, first.after, first.expires) == (
        "1_right_choice",
        timedelta(minutes=20),
        timedelta(hours=12),
    )
    assert (first.purpose, second.purpose) == (Purpose.SERVICE, Purpose.PROMOTIONAL)
    assert (second.name, second.key, second.within) == ("2_reminder", "2_call", timedelta(hours=24))
    assert second.channels == ("call", "email", "task")
    assert second.window == Window(frozenset(range(6)), 600, 1140, on_holidays=False)
    assert second.retry == (timedelta(hours=2), timedelta(hours=36))
    assert (third.approve, third.if_unapproved, third.sender) == (True, "send", "anna")
    assert [step.looks_early for step in campaign.steps] == [False, True, True]


def test_what_is_left_out_has_a_careful_default():
    campaign = read(one_step('after = "1h"'))

    (step,) = campaign.steps
    assert (campaign.title, campaign.trigger) == ("First day", EventKind.CONFIRMED)
    assert campaign.stop_on == {EventKind.CANCELLED, EventKind.REFUNDED}
    assert (campaign.catch_up, campaign.again_after, campaign.holdout) == (None, None, 0.0)
    assert (step.purpose, step.expires, step.if_unapproved) == (
        Purpose.PROMOTIONAL,
        timedelta(hours=24),
        "skip",
    )


@pytest.mark.parametrize("trigger", ["order.cancelled", "order.refunded", "order.part_refunded"])
def test_a_campaign_about_an_ending_is_not_stopped_by_endings(trigger):
    assert read(f'trigger = "{trigger}"\n' + one_step('after = "1h"')).stop_on == frozenset()


@pytest.mark.parametrize(
    ("text", "days", "hours"),
    [
        ('days = "daily"', {0, 1, 2, 3, 4, 5, 6}, (0, 1440)),
        ('days = "mon,wed,fri"', {0, 2, 4}, (0, 1440)),
        ('days = "sat-mon, Wed"', {5, 6, 0, 2}, (0, 1440)),
        ('hours = "21:00-02:00"', {0, 1, 2, 3, 4, 5, 6}, (1260, 120)),
        ('hours = "9:30 – 24:00"', {0, 1, 2, 3, 4, 5, 6}, (570, 1440)),
    ],
)
def test_windows_are_written_as_people_say_them(text, days, hours):
    (step,) = read(one_step(f'after = "1h"\nwindow = {{ {text} }}')).steps

    assert step.window and (step.window.days, (step.window.opens, step.window.closes)) == (days, hours)


@pytest.mark.parametrize(
    ("mistake", "answer"),
    [
        ('after = "20 minutes"', '4: after: "20 minutes" is not a duration; write for example "90s"'),
        ("after = 20", '4: after has to be a duration in quotes, such as "20m"'),
        ('after = "1h"\nafer = "2h"', '5: unknown key "afer"; did you mean "after"?'),
        ('after = "3h"\nwithin = "2h"', "5: within is the latest moment and comes before after"),
        ('after = "1h"\nexpires = "0m"', "5: it would expire at once"),
        (
            'after = "1h"\npurpose = "marketing"',
            '5: purpose does not know "marketing"; known are promotional',
        ),
        ('after = "1h"\nif_unapproved = "ask"', '5: "ask" is no answer; write "send" or "skip"'),
        ('after = "1h"\napprove = "yes"', "5: approve has to be true or false, without quotes"),
        ('after = "1h"\nretry = "2h"', "5: retry has to be a list of texts"),
        ('after = "1h"\nretry = [2]', "5: retry has to be a list of texts"),
        ('after = "1h"\nwhen = "order.todo and"', "5: when: 'order.todo and' is not a condition"),
        ('after = "1h"\nwhen = "oder.todo"', '5: when: "oder" is not known here; did you mean "order"?'),
        (
            'after = "1h"\nwhen = "order.totl > 2"',
            '5: when: "order.totl" is not known here; did you mean "total"',
        ),
        ('after = "1h"\nwas = "a/b"', '5: "a/b" cannot be a step\'s name'),
        ('after = "1h"\nwindow = { hours = "25:00-" }', '5: hours: "25:00-" is no span of hours'),
        ('after = "1h"\nwindow = { hours = "10:00-25:00" }', '5: hours: "10:00-25:00" is not on the clock'),
        (
            'after = "1h"\nwindow = { hours = "10:00-10:00" }',
            '5: hours: "10:00-10:00" opens and closes at once',
        ),
        ('after = "1h"\nwindow = { days = "" }', '5: days: "" names no days; write for example "mon-sat"'),
        ('after = "1h"\nwindow = { days = "mo-fr" }', '5: days: "mo-fr" names no days'),
        ('after = "1h"\n[steps.window]\nhour = "9-5"', '6: unknown key "hour"; did you mean "hours"?'),
        ('after = "1h"\nwindow = "daily"', "5: window has to be a table"),
    ],
)
def test_a_mistake_in_a_step_is_answered_with_its_line_and_a_remedy(mistake, answer):
    (problem,) = problems(one_step(mistake))

    assert problem.startswith(answer)


@pytest.mark.parametrize(
    ("mistake", "answer"),
    [
        ('triger = "order.paid"', '1: unknown key "triger"; did you mean "trigger"?'),
        (
            'trigger = "order.shiped"',
            '1: trigger does not know "order.shiped"; did you mean "order.shipped"?',
        ),
        ('stop_on = [\n  "order.canceled",\n]', '1: stop_on does not know "order.canceled"'),
        (
            'stop_on = ["order.confirmed"]',
            '1: "order.confirmed" starts this campaign, so it would stop at once',
        ),
        ("holdout = 10", "1: holdout = 10 is not a share; write a number between 0 and 1"),
        ("holdout = true", "1: holdout has to be a number between 0 and 1"),
        ('who = "order."', "1: who: 'order.' is not a condition"),
        ('title = """\nwho = 1\n"""\nwho = 1', "4: who has to be a text in quotes"),
        ('title = "unfinished', "1: this is not TOML:"),
    ],
)
def test_a_mistake_in_the_campaign_is_answered_with_its_line_and_a_remedy(mistake, answer):
    (problem,) = problems(f"{mistake}\n" + one_step('after = "1h"'))

    assert problem.startswith(answer)


def test_every_problem_is_told_at_once_in_the_order_of_the_file():
    broken = FIRST_DAY.replace('"30d"', '"a month"').replace("expires", "expire").replace('"task"', '"taks"')

    assert [problem.split(":")[0] for problem in problems(broken)] == ["7", "16", "23"]


def test_what_a_step_cannot_do_without_is_asked_for():
    assert problems("[[steps]]\n") == [
        '1: this step has no name; write for example name = "1_right_choice"',
        '1: step "" does not say when; write for example after = "20m"',
        '1: this step has no channel; write for example channels = ["email"]',
    ]


def test_a_campaign_without_steps_says_so():
    assert problems('title = "Nothing"\n') == ["1: a campaign needs a step; begin one with [[steps]]"]


def test_steps_written_as_one_table_say_how_to_write_them():
    assert problems('[steps]\nname = "1_hello"\n')[0].endswith("steps has to be written as [[steps]]")


def test_two_steps_cannot_share_a_name_or_a_past():
    twice = one_step('after = "1h"') + one_step('after = "2h"')
    heir = (
        one_step('after = "1h"')
        + '[[steps]]\nname = "2_b"\nwas = "1_hello"\nafter = "2h"\nchannels = ["email"]\n'
    )

    assert problems(twice) == ['6: there is a step "1_hello" already; give this one another name']
    assert problems(heir) == ['7: another step is or was "1_hello"; take this `was` out']


def test_an_unknown_channel_and_a_repeated_one_are_refused():
    assert problems('[[steps]]\nname = "1"\nafter = "1h"\nchannels = ["emial"]\n') == [
        '4: there is no channel "emial"; did you mean "email"?'
    ]
    assert problems('[[steps]]\nname = "1"\nafter = "1h"\nchannels = ["email", "email"]\n') == [
        '4: "email" stands here twice; for another try write retry = ["2h"]'
    ]


def test_a_window_that_the_channel_never_allows_is_refused():
    night = (
        '[[steps]]\nname = "1"\nafter = "1h"\nchannels = ["email", "call"]\n'
        'window = { hours = "21:00-08:00" }\n'
    )

    assert problems(night) == ['5: "call" may only be used 09:00-20:00; this window is never open then']


def test_the_templates_that_are_missing_are_named():
    campaign = read(FIRST_DAY)

    missing = missing_templates(campaign, {("1_right_choice", "email"), ("2_reminder", "email")})

    assert missing == [("2_reminder", "call"), ("2_reminder", "task"), ("3_thank_you", "email")]


@given(text=st.text() | st.lists(st.sampled_from(FIRST_DAY.split()), max_size=40).map(" ".join))
def test_whatever_is_written_is_read_or_refused_with_a_line_that_exists(text):
    try:
        read(text)
    except CampaignFault as fault:
        assert all(1 <= problem.line <= len(text.splitlines()) + 1 for problem in fault.problems)
