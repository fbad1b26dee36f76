"""Amounts that keep their currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns.money import CurrencyMismatch, Money, from_minor, to_minor


def test_a_bare_number_means_the_same_currency():
    total = Money(Decimal("19.99"), "EUR")

    assert total < 20 and total > 19.5 and total == Decimal("19.99") and total >= 19


def test_two_currencies_cannot_be_compared_or_summed():
    euros, dollars = Money(Decimal(20), "EUR"), Money(Decimal(20), "USD")

    for attempt in (
        lambda: euros < dollars,
        lambda: euros == dollars,
        lambda: euros + dollars,
        lambda: euros - dollars,
    ):
        with pytest.raises(CurrencyMismatch, match=r"20 EUR cannot be set against 20 USD"):
            attempt()


def test_sums_and_differences_keep_the_currency():
    price = Money(Decimal("9.90"), "EUR")

    assert str(price + price) == "19.80 EUR"
    assert str(price - 5) == "4.90 EUR"


def test_money_is_not_a_text_and_not_a_truth():
    price = Money(Decimal(1), "EUR")

    assert price != "1" and price != True  # noqa: E712
    with pytest.raises(TypeError):
        assert price < "2"


def test_nothing_is_false():
    assert not Money(Decimal(0), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("19.99", "EUR", 1999),
        ("0.005", "EUR", 1),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("-0.5", "USD", -50),
    ],
)
def test_minor_units_follow_the_currency(amount, currency, units):
    assert to_minor(Decimal(amount), currency) == units


@given(units=st.integers(-(10**12), 10**12), currency=st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_minor_units_come_back_as_they_went(units, currency):
    money = from_minor(units, currency)

    assert to_minor(money.amount, money.currency) == units
