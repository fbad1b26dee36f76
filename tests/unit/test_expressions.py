"""Conditions that staff write."""

from dataclasses import replace
from decimal import Decimal

import pytest

from paldies.campaigns.expressions import ExpressionError, check, is_true
from paldies.campaigns.facts import CONDITION_NAMES, condition_values
from paldies.campaigns.money import Money
from tests.factories import customer, order

ALICE = condition_values(order(tags=("gift",), country="LV"), customer(order_count=3))


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "  ",
        "order.total >= 20",
        "order.country == 'LV' and 'gift' in order.tags",
        "customer.order_count > 1",
        "customer.stage == 'new' or order.todo",
        "not order.todo",
        "order.lines | length == 0",
        "customer.name == 'Alice Ozola'",
    ],
)
def test_what_is_true_of_alice(condition):
    check(condition, CONDITION_NAMES)

    assert is_true(condition, ALICE)


@pytest.mark.parametrize("condition", ["order.total.amount / 0 > 1", "1 / 0", "0 / (order.total.amount * 0)"])
def test_what_cannot_be_calculated_is_told_without_a_programmers_words(condition):
    with pytest.raises(ExpressionError, match="there is no result, as of a division by zero") as refused:
        is_true(condition, ALICE)

    assert "class" not in str(refused.value)


@pytest.mark.parametrize("condition", ["order.total < 20", "order.todo", "order.shipped_at"])
def test_what_is_not_true_of_alice(condition):
    assert not is_true(condition, ALICE)


@pytest.mark.parametrize(
    "condition", ["order.", "order.total >=", "{{ order }}", "order.total }} x {{ 1", "a b"]
)
def test_what_is_not_a_condition_is_refused_before_it_is_asked(condition):
    with pytest.raises(ExpressionError, match="is not a condition"):
        check(condition)


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("basket.total > 1", '"basket" is not known here; known are customer, order'),
        ("custmer.name", '"custmer" is not known here; did you mean "customer"'),
        ("order.totals > 1", '"order.totals" is not known here; did you mean "total"'),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest_that_does(condition, answer):
    with pytest.raises(ExpressionError, match=answer):
        check(condition, CONDITION_NAMES)


@pytest.mark.parametrize("condition", ["order.totals > 1", "basket", "order.total > 'much'", "1 / 0"])
def test_a_condition_without_an_answer_says_so_instead_of_no(condition):
    with pytest.raises(ExpressionError):
        is_true(condition, ALICE)


def test_money_of_another_currency_is_not_silently_less():
    dollars = replace(ALICE["order"], refunded_total=Money(Decimal(1), "USD"))

    with pytest.raises(ExpressionError, match="the currencies differ"):
        is_true("order.total > order.refunded_total", {"order": dollars})


@pytest.mark.parametrize(
    "condition",
    ["order.__class__.__mro__", "''.__class__.__base__.__subclasses__()", "order.tags.append('x')"],
)
def test_a_condition_cannot_reach_out_of_its_sandbox(condition):
    with pytest.raises(ExpressionError):
        is_true(condition, ALICE)
