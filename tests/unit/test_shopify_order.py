"""What an order told by Shopify means."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.shopify.order import told
from paldies.orders.shops.shopify.source import breather
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot, SnapshotLine
from tests.shopify_server import parcel, refund, shopify_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARLA: dict[str, Any] = shopify_order(1, at=NOON)
OWN_NUMBER = "+12125550142"


def read(order: dict[str, Any], **how: Any) -> Snapshot:
    reading = Reading.of("lamps", **how)
    found = told(order, reading)
    snapshot = reading.snapshot(found.cells, said=found.said)
    assert snapshot is not None
    return snapshot


def carla(**changes: Any) -> dict[str, Any]:
    return shopify_order(1, at=NOON, **changes)


def test_an_order_becomes_a_snapshot() -> None:
    order = read(CARLA)

    assert order == Snapshot(
        id="1",
        number="1",
        status="paid",  # type: ignore[arg-type]
        currency="USD",
        total=5990,
        refunded_total=0,
        placed_at=NOON - HOUR,
        confirmed_at=NOON - HOUR,
        paid_at=NOON - HOUR,
        updated_at=NOON,
        payment_method="shopify_payments",
        tags=("gift", "vip"),
        customer_id="31",
        email="carla@example.com",
        phone=OWN_NUMBER,
        first_name="Carla",
        last_name="Diaz",
        locale="en-US",
        country="US",
        region="NY",
        city="New York",
        postal_code="10001",
        address="5 Elm St, Apt 2",
        accepts_email=False,
        lines=(SnapshotLine("LAMP-B", "Lamp - brass", Decimal(1), 5990),),
    )


# how the payment stands


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pending", "pending"),
        ("partially_paid", "pending"),
        ("voided", "pending"),
        ("authorized", "confirmed"),
        ("paid", "paid"),
        ("partially_refunded", "part_refunded"),
        ("refunded", "refunded"),
    ],
)
def test_as_long_as_nothing_is_sent_the_payment_tells(theirs: str, ours: str) -> None:
    assert read(carla(financial_status=theirs)).status == ours


def test_an_authorized_payment_confirms_the_order_and_is_none_yet() -> None:
    order = read(carla(financial_status="authorized"))

    assert (order.confirmed_at, order.paid_at) == (NOON - HOUR, None)


@pytest.mark.parametrize(
    "method",
    [
        {"payment_gateway_names": ["Cash on Delivery (COD)"]},
        {"payment_gateway_names": [], "payment_terms": {"payment_terms_type": "net"}},
    ],
)
def test_what_is_paid_on_delivery_or_by_invoice_is_confirmed_at_once(method: dict[str, Any]) -> None:
    order = read(carla(financial_status="pending", **method))

    assert (order.status, order.confirmed_at, order.paid_at) == ("confirmed", NOON - HOUR, None)


def test_when_a_bank_transfer_came_nobody_tells() -> None:
    waiting = read(carla(financial_status="pending", payment_gateway_names=["Bank Deposit"]))
    paid = read(carla(payment_gateway_names=["Bank Deposit"]))

    assert (waiting.status, waiting.confirmed_at) == ("pending", None)
    assert (paid.status, paid.confirmed_at, paid.paid_at) == ("paid", None, None)


def test_an_order_brought_over_from_another_shop_was_placed_there() -> None:
    order = read(carla(processed_at="2019-05-01T10:00:00-04:00"))

    assert order.placed_at == datetime(2019, 5, 1, 14, tzinfo=UTC)


def test_the_shop_may_mean_another_thing_by_shopifys_words() -> None:
    sent = carla(fulfillment_status="fulfilled", fulfillments=[parcel(NOON)])
    meant = {"fulfilled": "delivered", "pending": "confirmed"}

    assert read(sent, status=meant).status == "delivered"
    assert read(carla(financial_status="pending"), status=meant).status == "confirmed"


def test_an_unknown_word_has_to_be_explained() -> None:
    with pytest.raises(BadRow, match="'sleeping' is not known"):
        read(carla(financial_status="sleeping"))


# refunds and cancellations


def test_a_partial_refund_is_told_with_its_sum_and_time() -> None:
    back = [refund("10.00", NOON - HOUR), refund("4.90", NOON)]

    order = read(carla(financial_status="partially_refunded", refunds=back))

    assert (order.status, order.refunded_total, order.refunded_at) == ("part_refunded", 1490, NOON)


def test_goods_that_go_back_without_money_and_refunds_that_failed_are_no_refund() -> None:
    back = [refund("10.00", NOON, status="failure"), {"created_at": "2026-11-22T07:00:00-05:00"}]

    order = read(carla(refunds=back))

    assert (order.refunded_total, order.refunded_at) == (0, None)


def test_a_refund_in_the_customers_currency_is_turned_into_the_shops() -> None:
    both = {"shop_money": {"amount": "59.90"}, "presentment_money": {"amount": "119.80"}}

    order = read(carla(total_price_set=both, refunds=[refund("20.00", NOON, currency="CAD")]))

    assert order.refunded_total == 1000


def test_an_order_called_refunded_has_nothing_left_to_pay_back() -> None:
    order = read(carla(financial_status="refunded", refunds=[refund("9.90", NOON)]))

    assert (order.status, order.refunded_total) == ("refunded", 5990)


def test_a_cancelled_order_is_cancelled_whatever_else_it_is() -> None:
    sent = {"fulfillment_status": "fulfilled", "fulfillments": [parcel(NOON)]}

    order = read(carla(cancelled_at="2026-11-22T07:30:00-05:00", financial_status="refunded", **sent))

    assert (order.status, order.cancelled_at) == ("cancelled", NOON + HOUR / 2)
    assert order.confirmed_at is None


# parcels


def test_an_order_is_shipped_when_its_last_parcel_is() -> None:
    order = read(carla(fulfillment_status="fulfilled", fulfillments=[parcel(NOON), parcel(NOON - HOUR)]))

    assert (order.status, order.shipped_at, order.delivered_at) == ("shipped", NOON, None)


def test_a_first_parcel_ships_a_part() -> None:
    order = read(
        carla(
            fulfillment_status="partial",
            fulfillments=[parcel(NOON), parcel(NOON - HOUR, status="cancelled")],
            financial_status="partially_refunded",
            refunds=[refund("5.00", NOON)],
        )
    )

    assert (order.status, order.shipped_at, order.refunded_total) == ("part_shipped", NOON, 500)


def test_an_order_is_delivered_when_all_its_parcels_are() -> None:
    here, there = parcel(NOON, shipment_status="delivered"), parcel(NOON - HOUR, shipment_status="in_transit")

    half = read(carla(fulfillment_status="fulfilled", fulfillments=[here, there]))
    whole = read(carla(fulfillment_status="fulfilled", fulfillments=[here, here]))

    assert (half.status, half.delivered_at) == ("shipped", None)
    assert (whole.status, whole.shipped_at, whole.delivered_at) == ("delivered", NOON, NOON)


def test_what_needs_no_parcel_is_not_shipped() -> None:
    voucher = CARLA["line_items"][0] | {"requires_shipping": False}

    order = read(carla(line_items=[voucher], fulfillment_status="fulfilled", fulfillments=[parcel(NOON)]))

    assert (order.status, order.shipped_at) == ("paid", None)


# people


def test_the_number_given_with_the_order_goes_before_the_one_on_the_address() -> None:
    assert read(carla(phone="+371 20 000 001")).phone == "+37120000001"


def test_a_number_on_an_address_is_read_in_its_country() -> None:
    boris = CARLA["shipping_address"] | {"country_code": "RU", "phone": "8 (423) 222-33-44"}

    assert read(carla(shipping_address=boris)).phone == "+74232223344"


def test_an_order_without_customer_or_parcel_is_read_from_the_bill() -> None:
    order = read(carla(customer=None, shipping_address=None, email="", contact_email="c@example.com"))

    assert (order.customer_id, order.first_name, order.city) == ("", "Carla", "New York")
    assert order.email == "c@example.com"


@pytest.mark.parametrize(
    ("state", "agreed"),
    [("subscribed", True), ("not_subscribed", False), ("unsubscribed", False), ("pending", None)],
)
def test_what_the_customer_agreed_to_is_dated(state: str, agreed: bool | None) -> None:
    answer = {
        "state": state,
        "opt_in_level": "single_opt_in",
        "consent_updated_at": "2026-11-22T07:00:00-05:00",
    }
    customer = CARLA["customer"] | {
        "phone": OWN_NUMBER,
        "email_marketing_consent": answer,
        "sms_marketing_consent": answer,
    }

    order = read(carla(customer=customer))

    assert (order.accepts_email, order.accepts_sms, order.consent_at) == (agreed, agreed, NOON)


def test_a_yes_for_another_number_or_address_is_none_for_this() -> None:
    answer = {"state": "subscribed", "consent_updated_at": None}
    customer = {
        "email": "other@example.com",
        "phone": "+37120000001",
        "email_marketing_consent": answer,
        "sms_marketing_consent": answer,
    }

    order = read(carla(customer=customer, phone=OWN_NUMBER))

    assert (order.accepts_email, order.accepts_sms, order.consent_at) == (False, None, None)


def test_the_tick_at_the_checkout_counts_where_nothing_newer_is_known() -> None:
    assert read(carla(buyer_accepts_marketing=True)).accepts_email is True


# whatever comes


def test_an_order_with_hardly_more_than_an_id_is_one() -> None:
    assert read({"id": 7, "currency": "usd"}) == Snapshot(id="7", currency="USD", refunded_total=0)


@pytest.mark.parametrize(
    ("level", "seconds"),
    [("", 0), ("1/40", 0), ("32/40", 0), ("40/40", 4), ("400/400", 4), ("x/y", 0), ("1/0", 0)],
)
def test_the_fuller_the_bucket_of_calls_the_longer_the_breath(level: str, seconds: float) -> None:
    assert breather({"X-Shopify-Shop-Api-Call-Limit": level}) == pytest.approx(seconds)


GARBLE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["refund", "fulfilled", "2026-11-22T12:00:00-05:00", "-1e400", "1e-400", "NaN"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["phone", "amount", "state", "kind", "created_at"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
WHOLE = carla(
    total_price_set={"shop_money": {"amount": "59.90"}, "presentment_money": {"amount": "80"}},
    fulfillment_status="fulfilled",
    financial_status="partially_refunded",
)


@settings(max_examples=100, deadline=None)
@given(
    top=st.dictionaries(st.sampled_from(sorted(WHOLE)), GARBLE, max_size=4),
    inner=st.dictionaries(
        st.sampled_from(["phone", "country_code", "email", "first_name", "sms_marketing_consent", "state"]),
        GARBLE,
        max_size=3,
    ),
    item=st.dictionaries(
        st.sampled_from(["price", "quantity", "name", "status", "created_at", "transactions", "amount"]),
        GARBLE,
        max_size=3,
    ),
)
def test_whatever_comes_it_is_understood_or_refused(
    top: dict[str, Any], inner: dict[str, Any], item: dict[str, Any]
) -> None:
    sent = parcel(NOON) | item
    back = refund("1", NOON) | {"transactions": [{"kind": "refund", "currency": "CAD"} | item]}
    order = (
        WHOLE
        | {name: WHOLE[name] | inner for name in ("customer", "billing_address", "shipping_address")}
        | {"line_items": [WHOLE["line_items"][0] | item], "fulfillments": [sent], "refunds": [back]}
        | top
    )
    reading = Reading.of("lamps", ignore="source_name == 'pos'")

    try:
        found = told(order, reading)
        snapshot = reading.snapshot(found.cells, said=found.said)
    except (BadRow, BadValue) as refusal:
        assert str(refusal)
    else:
        assert snapshot is None or snapshot.id
