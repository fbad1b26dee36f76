"""What an order told by WooCommerce means."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.values import BadValue
from paldies.orders.shops.woocommerce.order import told
from paldies.orders.snapshot import Snapshot, SnapshotLine
from tests.woocommerce_server import woo_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALICE: dict[str, Any] = woo_order(1, at=NOON)
COD = {"payment_method": "cod", "payment_method_title": "Apmaksa saņemot"}


def read(order: dict[str, Any], **how: Any) -> Snapshot:
    reading = Reading.of("woo", **how)
    found = told(order, reading)
    assert found is not None
    snapshot = reading.snapshot(found.cells, said=found.said)
    assert snapshot is not None
    return snapshot


def alice(status: str = "processing", **changes: Any) -> dict[str, Any]:
    return woo_order(1, at=NOON, status=status, **changes)


def test_an_order_becomes_a_snapshot() -> None:
    order = read(ALICE)

    assert order == Snapshot(
        id="1",
        number="1",
        status="paid",  # type: ignore[arg-type]
        currency="EUR",
        total=4520,
        refunded_total=0,
        placed_at=NOON - timedelta(hours=1),
        paid_at=NOON - timedelta(minutes=59),
        updated_at=NOON,
        payment_method="stripe",
        customer_id="7",
        email="alice@example.com",
        phone="+37120000001",
        first_name="Alice",
        last_name="Bērziņa",
        country="LV",
        city="Rīga",
        postal_code="LV-1010",
        address="Brīvības 1, dz. 5",
        lines=(SnapshotLine("MUG-1", 'Mug – "Ķekava"', Decimal(2), 2000),),
    )


# words


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pending", "pending"),
        ("on-hold", "pending"),  # a bank transfer that has not come
        ("failed", "pending"),  # the customer may try another card
        ("processing", "paid"),
        ("wc-processing", "paid"),
        ("completed", "shipped"),
        ("cancelled", "cancelled"),
        ("trash", "cancelled"),
        ("refunded", "refunded"),
        ("shipped", "shipped"),
        ("delivered", "delivered"),
        ("partial-shipped", "part_shipped"),
    ],
)
def test_a_word_means_what_a_small_shop_means_by_it(theirs: str, ours: str) -> None:
    assert read(alice(theirs)).status == ours


def test_a_basket_that_is_not_ordered_yet_is_no_order() -> None:
    assert told(alice("checkout-draft"), Reading.of("woo")) is None
    assert told(alice("draft"), Reading.of("woo")) is None


def test_a_word_of_the_shops_own_has_to_be_explained() -> None:
    with pytest.raises(BadRow, match="at-the-joiner"):
        read(alice("at-the-joiner"))

    assert read(alice("at-the-joiner"), status={"at-the-joiner": "confirmed"}).status == "confirmed"


def test_the_shop_may_mean_another_thing_by_a_usual_word() -> None:
    order = read(alice("completed"), status={"completed": "delivered", "pending": "confirmed"})
    waiting = read(alice("on-hold"), status={"pending": "confirmed"})

    assert (order.status, order.shipped_at, order.delivered_at) == ("delivered", None, NOON)
    assert waiting.status == "pending"


def test_a_completed_order_was_shipped_then() -> None:
    order = read(alice("completed"))

    assert (order.shipped_at, order.delivered_at) == (NOON, None)


def test_a_download_that_completes_by_itself_was_not_shipped() -> None:
    order = read(alice("completed", needs_processing=False))

    assert (order.status, order.shipped_at) == ("paid", None)


def test_an_order_taken_back_into_work_is_not_shipped() -> None:
    again = read(alice("processing", date_completed_gmt="2026-11-22T11:30:00"))

    assert (again.status, again.shipped_at) == ("paid", None)


# money


def test_cash_on_delivery_is_confirmed_and_not_paid() -> None:
    order = read(alice("processing", **COD))

    assert (order.status, order.paid_at) == ("confirmed", None)
    assert order.confirmed_at == NOON - timedelta(minutes=59)


def test_cash_on_delivery_that_is_still_pending_is_not_confirmed() -> None:
    order = read(alice("on-hold", **COD))

    assert (order.status, order.confirmed_at) == ("pending", None)


def test_a_method_that_only_sounds_like_cash_on_delivery_is_paid() -> None:
    assert read(alice(payment_method="qrcode", payment_method_title="QR code")).status == "paid"


def test_refunds_add_up_and_the_order_stays_what_it_was() -> None:
    refunds = [{"id": 2, "reason": "", "total": "-10.00"}, {"id": 3, "reason": "", "total": "-9.50"}]

    order = read(alice("completed", refunds=refunds))

    assert (order.status, order.refunded_total, order.total) == ("shipped", 1950, 4520)


def test_a_price_without_tax_is_taken_as_it_is_where_the_shops_prices_are_without() -> None:
    [line] = read(alice(prices_include_tax=False)).lines or ()

    assert line.price == 1653


@pytest.mark.parametrize(("quantity", "price"), [(0, 1653), (1, 4000), (4, 1000), ("2", 2000)])
def test_the_price_of_a_piece_with_tax_is_worked_out(quantity: Any, price: int) -> None:
    item = ALICE["line_items"][0] | {"quantity": quantity}

    [line] = read(alice(line_items=[item])).lines or ()

    assert line.price == price


def test_yen_have_no_cents() -> None:
    order = read(alice(currency="JPY", total="4520", line_items=[]))

    assert (order.total, order.lines) == (4520, ())


# people and places


def test_a_guest_is_no_customer_number_zero() -> None:
    assert read(alice(customer_id=0)).customer_id == ""


def test_a_national_number_is_read_in_the_country_of_the_bill_wherever_the_parcel_goes() -> None:
    shipping = ALICE["shipping"] | {"country": "RU", "city": "Владивосток", "state": "PRI"}

    order = read(alice(shipping=shipping))

    assert (order.phone, order.country, order.city) == ("+37120000001", "RU", "Владивосток")


def test_a_number_given_for_the_parcel_counts_where_the_bill_has_none() -> None:
    billing = ALICE["billing"] | {"phone": ""}
    shipping = ALICE["shipping"] | {"country": "US", "phone": "(212) 555-0142"}

    assert read(alice(billing=billing, shipping=shipping)).phone == "+12125550142"


def test_a_number_that_cannot_be_read_is_handed_on_as_it_was_written() -> None:
    assert read(alice(billing=ALICE["billing"] | {"phone": "(555) 555-5555"})).phone == "(555) 555-5555"


@pytest.mark.parametrize(
    "left",
    [
        {"lang": "lv"},
        {"meta_data": [{"key": "wpml_language", "value": "lv"}]},
        {"meta_data": [{"key": "x", "value": {"a": 1}}, {"key": "trp_language", "value": "lv"}]},
    ],
)
def test_the_language_is_where_a_plugin_left_it(left: dict[str, Any]) -> None:
    assert read(alice(**left)).locale == "lv"


def test_nobody_has_agreed_to_anything_as_far_as_woocommerce_knows() -> None:
    order = read(ALICE)

    assert (order.accepts_email, order.accepts_sms, order.accepts_call) == (None, None, None)


def test_a_name_loses_its_tags_and_keeps_its_entities_meaning() -> None:
    item = ALICE["line_items"][0] | {"name": "Mug <small>A &amp; B</small> &lt;3"}

    [line] = read(alice(line_items=[item])).lines or ()

    assert line.name == "Mug A & B <3"


def test_a_variation_is_named_once() -> None:
    meta = [
        {"key": "pa_colour", "value": "deep-blue", "display_value": "Deep blue"},
        {"key": "size", "value": "L", "display_value": "L"},
        {"key": "_reduced_stock", "value": "1", "display_value": "1"},
        {"key": "upload", "value": {"file": "x"}, "display_value": "x" * 200},
    ]
    item = ALICE["line_items"][0] | {"name": "Shirt - Deep Blue", "variation_id": 5, "meta_data": meta}

    [line] = read(alice(line_items=[item])).lines or ()

    assert line.name == "Shirt - Deep Blue – L"


# whatever comes


def test_php_writes_nothing_as_a_list() -> None:
    order = read(alice(billing=[], shipping=[], meta_data={}, refunds={}, line_items=None))

    assert (order.email, order.phone, order.lines) == ("", "", None)


GARBLE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["processing", "2026-11-22T12:00:00", "0000-00-00", "-1e400", "1e-400", "<b>&#0;"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["phone", "total", "key", "value", "name"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
INNER = ("billing", "shipping")
ITEMS = ("line_items", "refunds", "meta_data")


@settings(max_examples=100, deadline=None)
@given(
    top=st.dictionaries(st.sampled_from(sorted(ALICE)), GARBLE, max_size=4),
    inner=st.dictionaries(st.sampled_from(sorted(ALICE["billing"])), GARBLE, max_size=3),
    item=st.dictionaries(st.sampled_from(sorted(ALICE["line_items"][0])), GARBLE, max_size=3),
)
def test_whatever_comes_it_is_understood_or_refused(
    top: dict[str, Any], inner: dict[str, Any], item: dict[str, Any]
) -> None:
    order = (
        ALICE
        | {name: ALICE[name] | inner for name in INNER}
        | {name: [ALICE["line_items"][0] | item] for name in ITEMS}
        | top
    )
    reading = Reading.of("woo", ignore="note == 'x'")

    try:
        found = told(order, reading)
        snapshot = reading.snapshot(found.cells, said=found.said) if found else None
    except (BadRow, BadValue) as refusal:
        assert str(refusal)
    else:
        assert snapshot is None or snapshot.id
