"""Each gate by itself, their order, and what holds whatever the day, the zone and the history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.decisions import Cancel, Defer, Hold, Park, Send, Skip
from paldies.campaigns.facts import Contact
from paldies.campaigns.policy import decide
from paldies.campaigns.reasons import Reason
from paldies.campaigns.traits import Window
from paldies.campaigns.words import Arm, EventKind, Purpose
from tests.factories import CALL, NEW_YORK, NOON, RIGA, TASK, VLADIVOSTOK, due, facts, order, step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PROMOTIONAL = step(purpose=Purpose.PROMOTIONAL)
DAYTIME = Window(opens=10 * 60, closes=19 * 60)
NIGHT = datetime(2026, 11, 18, 21, 0, tzinfo=UTC)  # 23:00 in Riga
MORNING = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)  # 10:00 in Riga, the day after NOON


def contact(**changes):
    values = {"step": "other/store:7/order.placed.1/1_hello", "at": NOON - HOUR, "purpose": Purpose.SERVICE}
    return Contact(**values | changes)


# the order and the campaign


def test_what_nothing_stands_against_is_sent_and_its_deadline_fixed():
    assert decide(due(), facts(), NOON) == Send(NOON + 12 * HOUR)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EventKind.CANCELLED, Reason.ORDER_CANCELLED),
        (EventKind.REFUNDED, Reason.ORDER_REFUNDED),
        (EventKind.DELIVERED, Reason.ORDER_CHANGED),
    ],
)
def test_what_the_campaign_stops_on_cancels_what_has_not_been_sent(kind, reason):
    stopped = facts(happened=frozenset({EventKind.PLACED, kind}))

    assert decide(due(stop_on=frozenset({kind})), stopped, NOON) == Cancel(reason)


def test_a_partial_refund_stops_nothing_unless_the_campaign_says_so():
    refunded = facts(happened=frozenset({EventKind.PART_REFUNDED}))

    assert isinstance(decide(due(), refunded, NOON), Send)
    assert decide(due(stop_on=frozenset({EventKind.PART_REFUNDED})), refunded, NOON) == Cancel(
        Reason.ORDER_CHANGED
    )


def test_a_withdrawn_campaign_cancels_and_a_paused_one_waits():
    assert decide(due(), facts(campaign_withdrawn=True), NOON) == Cancel(Reason.WITHDRAWN)
    assert decide(due(), facts(campaign_paused=True), NOON) == Park(Reason.PAUSED)


# whether the customer may be reached


def test_without_an_address_the_leg_is_skipped_but_a_task_needs_none():
    assert decide(due(), facts(address=""), NOON) == Skip(Reason.NO_ADDRESS)
    assert isinstance(decide(due(traits=TASK), facts(address=""), NOON), Send)


def test_while_only_some_addresses_are_allowed_the_others_get_nothing():
    assert decide(due(), facts(is_allowed=False), NOON) == Skip(Reason.NOT_ON_LIST)


def test_a_suppressed_address_is_left_alone_and_the_reason_kept():
    assert decide(due(), facts(suppressed="complaint"), NOON) == Skip(Reason.SUPPRESSED, "complaint")


def test_a_service_mail_needs_no_consent_and_a_promotional_one_does():
    silent = facts(has_consent=False)

    assert isinstance(decide(due(), silent, NOON), Send)
    assert decide(due(step=PROMOTIONAL), silent, NOON) == Skip(Reason.NO_CONSENT)


def test_an_earlier_purchase_stands_for_consent_to_mail_but_never_to_calls():
    bought_before = facts(has_consent=False, may_soft_opt_in=True)

    assert isinstance(decide(due(step=PROMOTIONAL), bought_before, NOON), Send)
    assert decide(due(step=PROMOTIONAL, traits=CALL), bought_before, NOON) == Skip(Reason.NO_CONSENT)
    assert decide(due(traits=replace(CALL, soft_opt_in=True)), bought_before, NOON) == Skip(Reason.NO_CONSENT)


def test_nothing_promotional_goes_without_a_way_out():
    trapped = facts(has_way_out=False)

    assert decide(due(step=PROMOTIONAL), trapped, NOON) == Skip(Reason.NO_WAY_OUT)
    assert isinstance(decide(due(), trapped, NOON), Send)
    assert isinstance(decide(due(step=PROMOTIONAL, traits=CALL), trapped, NOON), Send)


def test_an_open_complaint_stops_the_selling_but_not_the_service():
    complaining = facts(has_open_case=True)

    assert decide(due(step=PROMOTIONAL), complaining, NOON) == Park(Reason.CASE_OPEN)
    assert decide(due(step=step(survey=True)), complaining, NOON) == Park(Reason.CASE_OPEN)
    assert isinstance(decide(due(), complaining, NOON), Send)


# the step's own condition


def test_the_condition_is_asked_of_the_order_as_it_is_now():
    reminder = step(when="order.todo")

    assert decide(due(step=reminder), facts(), NOON) == Skip(Reason.NOT_WANTED, "when = order.todo")
    assert isinstance(decide(due(step=reminder), facts(order=order(todo="pay")), NOON), Send)


def test_a_condition_without_an_answer_waits_for_a_person():
    decision = decide(due(step=step(when="order.total > customer.first_name")), facts(), NOON)

    assert isinstance(decision, Hold) and decision.reason is Reason.CONDITION_FAULT
    assert "order.total > customer.first_name" in decision.note


# caps


def test_one_promotional_step_in_seventy_two_hours():
    sold = facts(contacts=(contact(at=NOON - DAY, purpose=Purpose.PROMOTIONAL),))
    patient = replace(PROMOTIONAL, expires=5 * DAY)

    assert decide(due(step=patient), sold, NOON) == Defer(
        NOON + 2 * DAY, Reason.FREQUENCY_CAP, NOON + 5 * DAY
    )
    assert isinstance(decide(due(step=patient), sold, NOON + 2 * DAY), Send)
    assert isinstance(decide(due(), sold, NOON), Send)


def test_two_steps_in_the_customers_own_day_and_the_third_waits_for_midnight():
    twice = facts(contacts=(contact(at=NOON - HOUR), contact(at=NOON - 2 * HOUR)), zones=(VLADIVOSTOK,))

    midnight = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
    assert decide(due(), twice, NOON) == Defer(midnight, Reason.FREQUENCY_CAP, NOON + 12 * HOUR)
    assert isinstance(decide(due(), twice, midnight), Send)


def test_what_the_cap_keeps_past_its_deadline_is_not_blamed_on_the_night():
    twice = facts(contacts=(contact(at=NOON - HOUR), contact(at=NOON - 2 * HOUR)))
    by_day = due(step=step(window=DAYTIME, expires=DAY), send_at=NOON)

    assert decide(by_day, twice, NOON) == Defer(MORNING, Reason.FREQUENCY_CAP, NOON + DAY)
    in_a_hurry = replace(by_day, step=step(window=DAYTIME))  # until midnight in Riga, and not for longer
    assert decide(in_a_hurry, twice, NOON) == Skip(Reason.FREQUENCY_CAP)


def test_the_day_is_the_day_where_the_customer_is():
    yesterday_in_new_york = facts(
        contacts=(contact(at=NOON - 6 * HOUR), contact(at=NOON - 7 * HOUR)), zones=(NEW_YORK,)
    )

    assert isinstance(decide(due(), yesterday_in_new_york, NOON), Send)
    assert isinstance(decide(due(), replace(yesterday_in_new_york, zones=(RIGA,)), NOON), Defer)


def test_a_further_leg_does_not_count_against_its_own_step():
    own = contact(step=f"{due().enrolment}/1_right_choice", at=NOON - MINUTE, purpose=Purpose.PROMOTIONAL)

    assert isinstance(decide(due(step=PROMOTIONAL, leg=2), facts(contacts=(own, contact())), NOON), Send)


def test_promise_warnings_neither_count_nor_are_counted():
    warned = facts(contacts=(contact(is_exempt=True), contact(is_exempt=True)))
    busy = facts(contacts=(contact(), contact()))

    assert isinstance(decide(due(), warned, NOON), Send)
    assert isinstance(decide(due(is_exempt=True), busy, NOON), Send)


def test_while_another_message_leaves_this_one_waits_for_seconds():
    assert decide(due(), facts(has_in_flight=True), NOON) == Defer(
        NOON + timedelta(seconds=5), Reason.IN_FLIGHT, NOON + 12 * HOUR
    )


# windows and deadlines


def test_outside_the_window_it_waits_for_the_morning_and_keeps_its_deadline():
    asleep = due(step=step(window=DAYTIME), send_at=NIGHT)

    assert decide(asleep, facts(), NIGHT) == Defer(MORNING, Reason.OUTSIDE_WINDOW, MORNING + 12 * HOUR)


def test_the_deadline_counts_from_the_first_open_moment_and_never_moves_again():
    asleep = due(step=step(window=DAYTIME), send_at=NIGHT)
    first = decide(asleep, facts(), NIGHT)
    assert isinstance(first, Defer)

    later = replace(asleep, expires_at=first.expires_at, send_at=first.until)

    assert decide(later, facts(), MORNING + HOUR) == Send(MORNING + 12 * HOUR)


def test_what_would_have_to_wait_past_its_deadline_is_skipped_with_that_gates_reason():
    tired = due(step=step(window=DAYTIME), expires_at=NIGHT + HOUR)

    assert decide(tired, facts(), NIGHT) == Skip(Reason.OUTSIDE_WINDOW)
    assert decide(tired, facts(has_in_flight=True), NIGHT + HOUR) == Skip(Reason.IN_FLIGHT)


def test_what_has_passed_its_deadline_is_too_late_whatever_the_hour():
    tired = due(step=step(window=DAYTIME), expires_at=NIGHT)

    assert decide(tired, facts(), NIGHT + MINUTE) == Skip(Reason.TOO_LATE)
    assert decide(tired, facts(), MORNING) == Skip(Reason.TOO_LATE)


def test_a_step_cannot_leave_the_channels_bounds():
    late_caller = due(step=step(window=Window(opens=21 * 60, closes=23 * 60)), traits=CALL)

    assert decide(late_caller, facts(), NOON) == Skip(Reason.NO_WINDOW)


def test_a_call_needs_a_zone_and_a_mail_falls_back_on_the_shops():
    nowhere = facts(zones=("Etc/Unknown",))

    assert decide(due(traits=CALL), nowhere, NOON) == Skip(Reason.NO_ZONE)
    assert decide(due(step=step(window=DAYTIME), send_at=NIGHT), nowhere, NIGHT) == Defer(
        MORNING, Reason.OUTSIDE_WINDOW, MORNING + 12 * HOUR
    )


def test_a_call_rings_only_when_it_is_right_in_every_zone():
    somewhere_in_russia = facts(zones=(VLADIVOSTOK, "Europe/Moscow"))

    decision = decide(due(traits=CALL, send_at=NIGHT), somewhere_in_russia, NIGHT)

    nine_in_moscow = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
    assert decision == Defer(nine_in_moscow, Reason.OUTSIDE_WINDOW, nine_in_moscow + 12 * HOUR)


def test_a_call_is_not_handed_over_in_the_last_ten_minutes():
    ten_to_eight = datetime(2026, 11, 18, 17, 50, tzinfo=UTC)
    caller = due(traits=CALL, step=step(expires=DAY))

    assert isinstance(decide(caller, facts(), ten_to_eight - MINUTE), Send)
    assert isinstance(decide(caller, facts(), ten_to_eight), Defer)


# steps that are looked at early


def test_a_reminder_waits_for_its_planned_moment_and_everything_else_is_asked_then():
    reminder = due(step=step(after=16 * HOUR, within=24 * HOUR, when="order.todo"), event_at=NOON)
    planned = NOON + 16 * HOUR

    assert decide(reminder, facts(address=""), NOON) == Defer(planned, Reason.PLANNED, NOON + 24 * HOUR)
    assert decide(reminder, facts(), planned) == Skip(Reason.NOT_WANTED, "when = order.todo")


def test_a_reminder_takes_the_first_open_moment_between_after_and_within():
    reminder = due(step=step(after=16 * HOUR, within=24 * HOUR, window=DAYTIME), event_at=NOON)

    assert decide(reminder, facts(), NOON) == Defer(MORNING, Reason.PLANNED, NOON + 24 * HOUR)


def test_a_reminder_with_no_open_hour_in_time_goes_early_rather_than_late():
    evening = NOON + 6 * HOUR  # 18:00
    reminder = due(step=step(after=6 * HOUR, within=10 * HOUR, window=DAYTIME), event_at=evening)

    decision = decide(reminder, facts(), evening)

    ten_to_seven = evening + 50 * MINUTE
    assert decision == Defer(ten_to_seven, Reason.PLANNED, evening + 10 * HOUR)
    assert isinstance(decide(reminder, facts(), ten_to_seven), Send)


def test_going_early_never_overtakes_the_step_before():
    evening = NOON + 6 * HOUR
    reminder = due(
        step=step(after=6 * HOUR, within=10 * HOUR, window=DAYTIME),
        event_at=evening,
        previous_at=evening + 2 * HOUR,
    )

    assert decide(reminder, facts(), evening) == Skip(Reason.NO_WINDOW)


def test_what_delays_the_step_before_takes_no_moment_from_one_that_has_its_own():
    evening = NOON + 6 * HOUR
    ten_to_seven = evening + 50 * MINUTE
    reminder = due(
        step=step(after=6 * HOUR, within=10 * HOUR, window=DAYTIME),
        event_at=evening,
        expires_at=evening + 10 * HOUR,
        previous_at=evening + 2 * HOUR,
    )

    assert isinstance(decide(reminder, facts(), ten_to_seven), Send)


def test_planned_for_the_last_moment_it_still_has_an_hour():
    reminder = due(step=step(after=20 * HOUR, within=22 * HOUR, window=DAYTIME), event_at=NOON)

    decision = decide(reminder, facts(), NOON)

    assert decision == Defer(MORNING, Reason.PLANNED, MORNING + HOUR)


def test_a_thank_you_is_read_by_a_person_before_its_moment():
    thanks = due(step=step(after=20 * HOUR, approve=True), event_at=NOON)
    planned = NOON + 20 * HOUR

    assert decide(thanks, facts(), NOON) == Hold(
        Reason.APPROVAL, until=planned, expires_at=planned + 12 * HOUR
    )
    assert decide(replace(thanks, approved=True), facts(), NOON) == Defer(
        planned, Reason.PLANNED, planned + 12 * HOUR
    )
    assert isinstance(decide(replace(thanks, approved=True), facts(), planned), Send)


def test_silence_is_an_answer_once_the_moment_has_come():
    thanks = step(after=20 * HOUR, approve=True)
    planned = NOON + 20 * HOUR

    assert decide(due(step=thanks, event_at=NOON), facts(), planned) == Skip(Reason.UNAPPROVED)
    trusting = replace(thanks, if_unapproved="send")
    assert isinstance(decide(due(step=trusting, event_at=NOON), facts(), planned), Send)


def test_nobody_is_asked_to_approve_what_could_not_go():
    thanks = due(step=step(after=20 * HOUR, approve=True), event_at=NOON)

    assert decide(thanks, facts(address=""), NOON) == Skip(Reason.NO_ADDRESS)


def test_a_further_leg_of_a_reminder_keeps_to_the_moment_of_its_own_channel():
    second = due(
        step=step(after=16 * HOUR, within=24 * HOUR),
        traits=replace(CALL, margin=timedelta(0)),
        event_at=NOON,
        leg=2,
        expires_at=NOON + 24 * HOUR,
    )
    nine = MORNING - HOUR

    assert decide(second, facts(), NOON + HOUR) == Defer(nine, Reason.PLANNED, NOON + 24 * HOUR)
    short = replace(second, expires_at=NOON + 17 * HOUR)
    assert decide(short, facts(), NOON + HOUR) == Skip(Reason.NO_WINDOW)


# the last gates


def test_nothing_leaves_while_the_shop_cannot_be_asked():
    assert decide(due(), facts(shop_unreachable=True), NOON) == Defer(
        NOON + 5 * MINUTE, Reason.SHOP_UNREACHABLE, NOON + 12 * HOUR
    )


def test_too_many_late_messages_wait_for_a_person_and_fresh_ones_do_not():
    full = facts(blast_room=0)

    assert decide(due(is_late_seen=True), full, NOON) == Hold(
        Reason.UNUSUAL_VOLUME, expires_at=NOON + 12 * HOUR
    )
    assert isinstance(decide(due(), full, NOON), Send)
    assert isinstance(decide(due(is_late_seen=True), facts(blast_room=1), NOON), Send)


def test_the_held_out_are_left_alone_unless_a_promise_is_at_stake():
    assert decide(due(arm=Arm.HOLDOUT), facts(), NOON) == Skip(Reason.HOLDOUT)
    assert isinstance(decide(due(arm=Arm.HOLDOUT, is_exempt=True), facts(), NOON), Send)


def test_the_gates_answer_in_their_order():
    """Everything stands in the way; one obstacle after the other is taken out."""
    message = due(
        step=step(purpose=Purpose.PROMOTIONAL, when="order.todo", window=DAYTIME, expires=5 * DAY),
        send_at=NIGHT,
        is_late_seen=True,
        arm=Arm.HOLDOUT,
    )
    hopeless = facts(
        happened=frozenset({EventKind.REFUNDED}),
        campaign_withdrawn=True,
        campaign_paused=True,
        address="",
        is_allowed=False,
        suppressed="stop",
        has_consent=False,
        has_way_out=False,
        has_open_case=True,
        has_in_flight=True,
        contacts=(contact(at=NIGHT - HOUR, purpose=Purpose.PROMOTIONAL),),
        shop_unreachable=True,
        blast_room=0,
    )
    remedies = [
        {"happened": frozenset()},
        {"campaign_withdrawn": False},
        {"campaign_paused": False},
        {"address": "alice@example.com"},
        {"is_allowed": True},
        {"suppressed": ""},
        {"has_consent": True},
        {"has_way_out": True},
        {"has_open_case": False},
        {"order": order(todo="pay")},
        {"has_in_flight": False},
        {"contacts": ()},
    ]

    reasons = [reason_of(decide(message, hopeless, NIGHT))]
    for remedy in remedies:
        hopeless = replace(hopeless, **remedy)
        reasons.append(reason_of(decide(message, hopeless, NIGHT)))
    for remedy in ({}, {"shop_unreachable": False}, {"blast_room": None}):
        hopeless = replace(hopeless, **remedy)
        reasons.append(reason_of(decide(message, hopeless, MORNING)))

    assert reasons == [
        Reason.ORDER_REFUNDED,
        Reason.WITHDRAWN,
        Reason.PAUSED,
        Reason.NO_ADDRESS,
        Reason.NOT_ON_LIST,
        Reason.SUPPRESSED,
        Reason.NO_CONSENT,
        Reason.NO_WAY_OUT,
        Reason.CASE_OPEN,
        Reason.NOT_WANTED,
        Reason.IN_FLIGHT,
        Reason.FREQUENCY_CAP,
        Reason.OUTSIDE_WINDOW,
        Reason.SHOP_UNREACHABLE,
        Reason.UNUSUAL_VOLUME,
        Reason.HOLDOUT,
    ]


# whatever the day


ZONES = [
    RIGA,
    VLADIVOSTOK,
    NEW_YORK,
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kathmandu",
    "Africa/Cairo",
]
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
durations = st.integers(0, 4 * 24 * 60).map(lambda minutes: minutes * MINUTE)
windows = st.builds(
    Window,
    days=st.frozensets(st.integers(0, 6), min_size=2),
    opens=st.integers(0, 1439),
    closes=st.integers(0, 1440),
)


@st.composite
def situations(draw):
    """A message at its first look, and what is known about its customer."""
    event_at, after = draw(moments), draw(durations)
    chosen = step(
        after=after,
        within=draw(st.none() | durations.map(lambda more: after + more)),
        expires=draw(durations) + MINUTE,
        window=draw(st.none() | windows),
        purpose=draw(st.sampled_from(Purpose)),
    )
    message = due(
        step=chosen,
        traits=draw(st.sampled_from([CALL, TASK])),
        event_at=event_at,
        send_at=event_at if chosen.looks_early else event_at + after,
    )
    contacts = [
        contact(at=event_at + draw(durations) - 2 * DAY, purpose=draw(st.sampled_from(Purpose)))
        for _ in range(draw(st.integers(0, 4)))
    ]
    known = facts(
        zones=tuple(draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2))), contacts=tuple(contacts)
    )
    return message, known


@settings(max_examples=300)
@given(situation=situations(), lateness=durations)
def test_followed_to_its_end_a_message_is_sent_in_time_and_at_a_decent_hour_or_skipped(situation, lateness):
    message, known = situation
    now = message.send_at + lateness
    seen: list[Reason] = []

    for _ in range(12):
        present = replace(known, contacts=tuple(past for past in known.contacts if past.at <= now))
        decision = decide(message, present, now)
        if not isinstance(decision, Defer):
            break
        assert decision.until > now
        assert decision.expires_at and decision.until <= decision.expires_at
        assert message.expires_at in (None, decision.expires_at)
        assert seen[-1:] != [decision.reason] or decision.reason is Reason.FREQUENCY_CAP
        seen.append(decision.reason)
        now = decision.until
        message = replace(message, send_at=now, expires_at=decision.expires_at)

    assert isinstance(decision, Send | Skip)
    if isinstance(decision, Send):
        assert now <= decision.expires_at
        assert_is_decent(message, known, now)


def assert_is_decent(message, known, now):
    """An oracle on the wall clock: no zone asleep, no cap exceeded."""
    zones = known.zones if message.traits.every_zone else known.zones[:1]
    for zone in zones:
        local = now.astimezone(ZoneInfo(zone))
        if message.traits is CALL:
            assert 9 * 60 <= local.hour * 60 + local.minute < 19 * 60 + 50
        if message.step.window:
            assert is_inside(message.step.window, local)
    earlier = [past for past in known.contacts if past.at <= now]
    today = [past for past in earlier if local_day(past.at, known) == local_day(now, known)]
    assert len(today) < 2
    if message.purpose is Purpose.PROMOTIONAL:
        assert not any(past.purpose is Purpose.PROMOTIONAL and now - past.at < 72 * HOUR for past in earlier)


def is_inside(window: Window, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    if window.opens < window.closes:
        return local.weekday() in window.days and window.opens <= minute < window.closes
    return (local.weekday() in window.days and minute >= window.opens) or (
        (local.weekday() - 1) % 7 in window.days and minute < window.closes
    )


def local_day(at, known):
    return at.astimezone(ZoneInfo(known.zones[0])).date()


def reason_of(decision):
    assert not isinstance(decision, Send), "nothing stood in the way any more"
    return decision.reason
