"""Values in the reader's language, and what happens when one is missing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from paldies.campaigns.facts import Order
from paldies.campaigns.money import Money
from paldies.campaigns.words import OrderStatus
from paldies.templates.compiler import compile_note
from paldies.templates.faults import RenderFault, TemplateFault
from paldies.templates.manuscript import read
from paldies.templates.values import ShopCard

NOVEMBER = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


def said(body: str, locale: str = "en", **values: object) -> str:
    note = compile_note(read(body, "first/hello.sms.txt"))
    return note.fill({"locale": locale, **values}, locale=locale).text.strip().replace("\xa0", " ")


def refused(body: str, **values: object) -> RenderFault:
    with pytest.raises(RenderFault) as raised:
        said(body, **values)
    return raised.value


def order(**values: object) -> Order:
    fields: dict[str, object] = {
        "id": "1",
        "number": "1",
        "shop": "store",
        "status": OrderStatus.PAID,
        "total": Money(Decimal("1245.9"), "EUR"),
        "refunded_total": Money(Decimal(0), "EUR"),
        "placed_at": NOVEMBER,
    }
    return Order(**{**fields, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "€1,245.90 | 23 November | Monday | 14:30 | 23 November, 14:30"),
        ("en-US", "€1,245.90 | November 23 | Monday | 2:30 PM | November 23, 2:30 PM"),
        ("lv", "1 245,90 € | 23. novembris | pirmdiena | 14:30 | 23. novembris, 14:30"),
        ("lv-LV", "1 245,90 € | 23. novembris | pirmdiena | 14:30 | 23. novembris, 14:30"),
        ("ru", "1 245,90 € | 23 ноября | понедельник | 14:30 | 23 ноября, 14:30"),
        ("xx", "€1,245.90 | 23 November | Monday | 14:30 | 23 November, 14:30"),
    ],
)
def test_amounts_and_dates_follow_the_locale(locale: str, expected: str) -> None:
    body = (
        "{{ order.total|money }} | {{ order.placed_at|date }} | {{ order.placed_at|weekday }} | "
        "{{ order.placed_at|time }} | {{ order.placed_at|datetime }}"
    )

    assert said(body, locale, order=order()).replace("\u202f", " ") == expected


def test_a_date_without_a_time_is_a_date_as_well() -> None:
    assert said("{{ order.promised_at|date }}", order=order(promised_at=date(2026, 12, 1))) == "1 December"


@pytest.mark.parametrize(
    ("locale", "expected"), [("en", "a, b and c"), ("lv", "a, b un c"), ("ru", "a, b и c")]
)
def test_a_list_is_joined_as_the_language_does(locale: str, expected: str) -> None:
    assert said("{{ order.tags|listed }}", locale, order=order(tags=("a", "b", "c"))) == expected


def test_numbers_follow_the_locale() -> None:
    assert said("{{ 1234.5|number }}", "ru") == "1 234,5"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{{ order.promised_at|date }}", "there is no date for this order"),
        ("{{ order.promised_at }}", "there is no value"),
        ("{{ order.placed_at }}", "a datetime cannot be printed as it is"),
        ("{{ order }}", "a Order cannot be printed as it is"),
        ("{{ order.number|date }}", "'1' is not a date"),
        ("{{ order.number|money }}", "'1' is not an amount of money"),
        ("{{ order.tags|number }}", "'()' is not a number"),
        ("{{ customer.first_name }}", "'customer' is undefined"),
        ("{{ order.total / 0 }}", "nothing can be worked out of these two"),
    ],
)
def test_a_missing_or_unfit_value_names_place_and_remedy(body: str, complaint: str) -> None:
    fault = refused(f"Hello\n\n{body}", order=order())

    assert (fault.problem.file, fault.problem.line, fault.tag) == ("first/hello.sms.txt", 3, body)
    assert complaint in fault.problem.text
    assert fault.problem.remedy


def test_the_line_is_right_after_many_tags_and_inside_conditions() -> None:
    body = (
        "{{ order.number }} {{ order.number }}\n{% if order.number %}\n"
        "{{ order.number }}\n{{ order.paid_at }}\n{% endif %}"
    )

    fault = refused(body, order=order())

    assert (fault.problem.line, fault.tag) == (4, "{{ order.paid_at }}")


@pytest.mark.parametrize(
    "body",
    ["{{ order.__class__ }}", "{{ order._x }}", "{{ order.tags.__class__ }}", "{{ ''.__class__.__mro__ }}"],
)
def test_private_names_are_out_of_reach(body: str) -> None:
    with pytest.raises((RenderFault, TemplateFault)):
        said(body, order=order())


def test_a_text_cannot_change_what_it_is_given() -> None:
    items = ["a"]

    fault = refused("{{ order.tags.append('b') }}", order=order(tags=items))

    assert "unsafe" in fault.problem.text
    assert items == ["a"]


def test_the_shops_own_card_can_be_used() -> None:
    assert said("{{ shop.name }}{% if shop.phone %}!{% endif %}", shop=ShopCard("Bērzs & Co")) == "Bērzs & Co"
