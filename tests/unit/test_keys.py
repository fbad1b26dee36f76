"""The exact strings of the keys: a change here would send everything twice."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from paldies.campaigns import keys
from paldies.campaigns.words import EventKind


def test_the_keys_are_these_strings_for_ever():
    alice = keys.customer_uuid("store", "alice")
    subject = keys.order_subject("store", "1001")
    enrolment = keys.enrolment_key("first_day", subject, EventKind.CONFIRMED, 1)

    assert str(alice) == "a9f76329-9801-5fac-9a6d-32f1bd365152"
    assert keys.customer_subject(alice) == "customer:a9f76329-9801-5fac-9a6d-32f1bd365152"
    assert subject == "store:1001"
    assert enrolment == "first_day/store:1001/order.confirmed.1"
    assert keys.begun_by(enrolment) == EventKind.CONFIRMED
    assert (
        keys.step_key(enrolment, "1_right_choice") == "first_day/store:1001/order.confirmed.1/1_right_choice"
    )
    assert keys.message_key(enrolment, "1_right_choice", 2) == (
        "first_day/store:1001/order.confirmed.1/1_right_choice/2"
    )


def test_a_slash_in_an_order_id_cannot_imitate_another_key():
    assert keys.order_subject("store", "2026/11/7") == "store:2026%2F11%2F7"
    assert keys.order_subject("store", "100%2F7") == "store:100%252F7"


def test_a_colon_in_a_shops_name_cannot_imitate_another_shop():
    assert keys.order_subject("store:lv", "7") == "store%3Alv:7"
    assert keys.order_subject("store", "lv:7") == "store:lv:7"


ids = st.text(alphabet="a1/:%", min_size=1, max_size=6)


@given(shop=st.sampled_from(["store", "shop"]), one=ids, other=ids)
def test_different_orders_have_different_keys(shop, one, other):
    assert (keys.order_subject(shop, one) == keys.order_subject(shop, other)) == (one == other)
    assert (keys.customer_uuid(shop, one) == keys.customer_uuid(shop, other)) == (one == other)


def test_every_event_step_and_leg_has_a_key_of_its_own():
    enrolments = [
        keys.enrolment_key("first_day", "store:1", kind, ordinal)
        for kind, ordinal in product(EventKind, (1, 2, 11))
    ]
    messages = [keys.message_key(*parts) for parts in product(enrolments, ("1_a", "1_a1"), (1, 11))]

    assert len(set(messages)) == len(messages) == len(EventKind) * 3 * 2 * 2
