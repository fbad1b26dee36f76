"""What is said before a plan is published is what happens, to the message; and nobody gets anything twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paldies.campaigns.keys import message_key
from paldies.campaigns.moving import move
from paldies.campaigns.outlook import Outlook
from paldies.campaigns.underway import Change, Entry, Move, Underway
from paldies.campaigns.words import MessageStatus
from paldies.channels import TRAITS
from paldies.outbox.migrating import carry_out, foresee
from tests.edited_house import HOUR, MINUTE, EditedHouse, a_plan, edited

A_SEASON = timedelta(days=12)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditedHouse]:
    house = EditedHouse(tmp_path_factory.mktemp("edited"))
    yield house
    house.close()


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_what_the_plan_says_is_what_happens_to_the_message(house: EditedHouse, data: st.DataObject) -> None:
    old = data.draw(a_plan(), label="old")
    new = data.draw(edited(old), label="new")
    orders = data.draw(st.lists(st.integers(0, 48), min_size=2, max_size=5), label="hours of orders")
    house.new_season()
    house.publish(old)
    for number, hour in enumerate(sorted(orders)):
        house.pass_until(house.begins + hour * HOUR)
        house.order(number, hour * HOUR)
    minutes = data.draw(st.integers(1, 70 * 60), label="minutes until the edit")
    house.pass_until(house.begins + 48 * HOUR + minutes * MINUTE - 47 * HOUR)
    before, said_before = house.passages(), dict(house.taken)
    open_ones = [passage for passage in before if _is_open(passage)]

    foreseen = foresee(house.database, new, house.moving)
    moves = {
        passage.key: move(passage, old, new, traits=TRAITS, now=house.clock.now()) for passage in open_ones
    }
    done = carry_out(house.database, house.publish(new, moves=True), house.moving)
    after = {passage.key: passage for passage in house.passages()}

    assert foreseen == done == Outlook().plus(*(moves[passage.key] for passage in open_ones))
    for passage in before:
        expected = _expected(passage, moves.get(passage.key, Move()))
        assert [_without_id(entry) for entry in after[passage.key].entries] == expected

    house.pass_until(house.clock.now() + A_SEASON)

    _nothing_went_twice(house, said_before)
    for passage in house.passages():
        for change in moves.get(passage.key, Move()).changes:
            _went_as_was_said(house, passage, change)
        if passage.key in moves:
            assert {step.key for step in new.steps} <= {entry.step for entry in passage.entries}
        assert not _is_open(passage)


def _is_open(passage: Underway) -> bool:
    return any(entry.has_not_gone for entry in passage.entries)


def _expected(passage: Underway, foreseen: Move) -> list[Entry]:
    """The messages of a passage once everything that was foreseen has been done."""
    changed = {(change.after.step, change.after.leg): change.after for change in foreseen.changes}
    entries = {(entry.step, entry.leg): entry for entry in passage.entries} | changed
    return [_without_id(entries[place]) for place in sorted(entries)]


def _without_id(entry: Entry) -> Entry:
    """A row that was foreseen has none yet; why a message has ended is noted on it."""
    return replace(entry, id=None, note="")


def _nothing_went_twice(house: EditedHouse, said_before: dict[str, list[object]]) -> None:
    steps = [key.rpartition("/")[0] for key, times in house.taken.items() for _ in times]
    assert len(steps) == len(set(steps))
    assert {key: house.taken[key] for key in said_before} == said_before


def _went_as_was_said(house: EditedHouse, passage: Underway, change: Change) -> None:
    """At its moment, unless a rule that the moment brings up has another answer."""
    key = message_key(passage.key, change.after.step, change.after.leg)
    final = next(
        entry for entry in passage.entries if (entry.step, entry.leg) == (change.after.step, change.after.leg)
    )
    if change.after.status is MessageStatus.SKIPPED:
        assert (final.status, final.reason) == (MessageStatus.SKIPPED, change.after.reason)
        assert key not in house.taken
    elif final.status is MessageStatus.SENT:
        [at] = house.taken[key]
        assert change.moment <= at <= change.moment + MINUTE, (change, at)
    else:
        assert final.reason in ("no_consent", "no_window", "unapproved", "outside_window"), (change, final)
