"""A shop calls: each order once, whatever comes how often, and nothing from whoever cannot sign."""

import zlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from paldies.clock import SteppedClock
from paldies.orders.hooks import tally
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.orders.shops.woocommerce.shop import WooCommerceShop
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from tests.calling_shops import (
    OLD_SECRET,
    SECRET,
    as_bytes,
    books,
    calling,
    events,
    inbox_of,
    lamps,
    mugs,
    order_ids,
    rows,
)
from tests.factories import NEW_YORK, NOON, RIGA
from tests.shopify_server import TOKEN, ShopifyServer, parcel, refund, shopify_order
from tests.visitor import FORM
from tests.woocommerce_server import KEY, WooCommerceServer, woo_order
from tests.woocommerce_server import SECRET as KEYS_SECRET

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLACED = [("order.placed", 1, 0), ("order.confirmed", 1, 0), ("order.paid", 1, 0)]
BOOK = {"id": "A-1", "status": "paid", "total": "12.50", "placed_at": "2026-11-18T09:59:00Z",
        "paid_at": "2026-11-18T09:59:30Z", "email": "alice@example.com", "country": "LV"}  # fmt: skip


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


async def test_an_order_is_taken_the_moment_shopify_tells_of_it(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.shopify(shopify_order(1, at=NOON), "orders/create")

    assert (answer.status, answer.text) == (200, '{"state":"taken"}')
    assert events(database) == PLACED


async def test_an_order_is_taken_the_moment_woocommerce_tells_of_it(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.woocommerce(woo_order(1, at=NOON), "order.created")

    assert (answer.status, answer.text) == (200, '{"state":"taken"}')
    assert events(database) == PLACED


async def test_an_order_is_taken_the_moment_a_home_made_shop_tells_of_it(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.own(BOOK, "msg_1")

    assert (answer.status, answer.text) == (200, '{"state":"taken"}')
    assert events(database) == PLACED


async def test_the_life_of_a_shopify_order_by_hooks_alone(database: Database, clock: SteppedClock) -> None:
    placed = {"created_at": "2026-11-18T04:59:00-05:00", "processed_at": "2026-11-18T04:59:00-05:00"}
    sent = {"fulfillment_status": "fulfilled", "fulfillments": [parcel(NOON + HOUR)], **placed}
    back = refund("9.90", NOON + 2 * HOUR) | {"id": 5, "order_id": 1}

    shops = calling(database, clock)
    await shops.shopify(shopify_order(1, at=NOON, **placed), "orders/create")
    await shops.shopify(shopify_order(1, at=NOON, **placed), "orders/paid")
    clock.move_to(NOON + HOUR)
    await shops.shopify(shopify_order(1, at=NOON + HOUR, **sent), "orders/fulfilled")
    clock.move_to(NOON + 2 * HOUR)
    await shops.shopify(back, "refunds/create")
    money = {"financial_status": "partially_refunded", "refunds": [back], **sent}
    await shops.shopify(shopify_order(1, at=NOON + 2 * HOUR, **money), "orders/updated")
    clock.move_to(NOON + 3 * HOUR)
    gone = {"cancelled_at": (NOON + 3 * HOUR).isoformat(), **money}
    await shops.shopify(shopify_order(1, at=NOON + 3 * HOUR, **gone), "orders/cancelled")

    assert events(database) == [
        *PLACED, ("order.shipped", 1, 0), ("order.part_refunded", 1, 990), ("order.cancelled", 1, 0),
    ]  # fmt: skip


async def test_a_refund_counts_once_in_whatever_order_it_is_told(
    database: Database, clock: SteppedClock
) -> None:
    placed = {"created_at": "2026-11-18T04:59:00-05:00", "processed_at": "2026-11-18T04:59:00-05:00"}
    back = refund("9.90", NOON + HOUR) | {"id": 5, "order_id": 1}
    money = {"financial_status": "partially_refunded", "refunds": [back], **placed}

    shops = calling(database, clock)
    await shops.shopify(shopify_order(1, at=NOON, **placed), "orders/create")
    clock.move_to(NOON + 2 * HOUR)
    await shops.shopify(shopify_order(1, at=NOON + HOUR, **money), "orders/updated")
    late = await shops.shopify(back, "refunds/create")
    stale = await shops.shopify(shopify_order(1, at=NOON + MINUTE, **placed), "orders/updated")

    assert (late.text, stale.status) == ('{"state":"left"}', 200)
    assert events(database) == [*PLACED, ("order.part_refunded", 1, 990)]
    assert rows(database, schema.orders, "refunded_total") == [(990,)]


async def test_a_refund_of_all_stops_the_order(database: Database, clock: SteppedClock) -> None:
    back = refund("59.90", NOON + HOUR) | {"id": 5, "order_id": 1}

    shops = calling(database, clock)
    await shops.shopify(shopify_order(1, at=NOON), "orders/create")
    clock.move_to(NOON + HOUR)
    await shops.shopify(back, "refunds/create")
    again = await shops.shopify(back, "refunds/create", Shopify_Webhook_Id="another")

    assert again.text == '{"state":"repeated"}'
    assert events(database) == [*PLACED, ("order.refunded", 1, 0)]
    assert rows(database, schema.orders, "status", "refunded_total") == [("refunded", 5990)]


async def test_a_refund_in_the_customers_currency_is_one_in_the_shops(
    database: Database, clock: SteppedClock
) -> None:
    back = refund("18.00", NOON + HOUR, currency="EUR") | {"id": 5, "order_id": 1}
    subtotal = {
        "shop_money": {"amount": "20.00", "currency_code": "USD"},
        "presentment_money": {"amount": "18.00", "currency_code": "EUR"},
    }

    shops = calling(database, clock)
    await shops.shopify(shopify_order(1, at=NOON), "orders/create")
    clock.move_to(NOON + HOUR)
    dark = await shops.shopify(back, "refunds/create")
    told = await shops.shopify(back | {"refund_line_items": [{"subtotal_set": subtotal}]}, "refunds/create")

    assert "and not what that is in USD" in dark.text
    assert told.text == '{"state":"taken"}'
    assert events(database)[-1] == ("order.part_refunded", 1, 2000)


async def test_a_refund_of_an_order_that_nobody_knows_is_kept_with_its_reason(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.shopify(refund("1.00", NOON) | {"order_id": 9}, "refunds/create")

    assert answer.status == 200
    assert rows(database, schema.hooks, "order_id", "problem") == [
        ("9", "the order is not on record: what it says will come with the order itself")
    ]


async def test_an_order_in_woocommerces_trash_is_cancelled(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock)
    await shops.woocommerce(woo_order(1, at=NOON), "order.created")
    await shops.woocommerce({"id": 1}, "order.deleted")
    replayed = await shops.woocommerce({"id": 1}, "order.deleted")

    assert replayed.text == '{"state":"repeated"}'
    assert events(database) == [*PLACED, ("order.cancelled", 1, 0)]


async def test_woocommerces_greeting_is_answered_and_changes_nothing(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.line.post("/hooks/woocommerce/mugs", b"webhook_id=7", kind=FORM)
    other = await shops.line.post("/hooks/woocommerce/mugs", b"webhook_id=7+or", kind=FORM)

    assert (answer.status, other.status) == (200, 401)
    assert rows(database, schema.hooks) == []


async def test_a_woocommerce_secret_with_signs_of_html_is_understood(
    database: Database, clock: SteppedClock
) -> None:
    shop = WooCommerceShop("mugs", url="https://mugs.example", webhook_secret="a&amp;b&#039;c")

    shops = calling(database, clock, shop)
    answer = await shops.woocommerce(woo_order(1, at=NOON), secret="a&b'c")

    assert answer.status == 200


@pytest.mark.parametrize("prefix", ["", "X-", "x-"])
async def test_shopifys_headers_may_come_without_their_prefix(
    database: Database, clock: SteppedClock, prefix: str
) -> None:
    shops = calling(database, clock)
    answer = await shops.shopify(shopify_order(1, at=NOON), prefix=prefix)

    assert answer.text == '{"state":"taken"}'


async def test_while_a_secret_is_changed_both_count(database: Database, clock: SteppedClock) -> None:
    changing = {"old_webhook_secret": OLD_SECRET}
    shops_ = (lamps(**changing), mugs(**changing), books(**changing))

    shops = calling(database, clock, *shops_)
    answers = [
        await shops.shopify(shopify_order(1, at=NOON), secret=OLD_SECRET),
        await shops.woocommerce(woo_order(1, at=NOON), secret=OLD_SECRET),
        await shops.own(BOOK, "msg_1", secret=OLD_SECRET),
        await shops.shopify(shopify_order(2, at=NOON), secret=SECRET),
        await shops.shopify(shopify_order(3, at=NOON), secret="neither"),
    ]

    assert [answer.status for answer in answers] == [200, 200, 200, 200, 401]


async def test_an_app_signs_with_its_client_secret(database: Database, clock: SteppedClock) -> None:
    shop = ShopifyShop("lamps", url="https://lamps.myshopify.com", client_id="1", client_secret="shpss_1")

    shops = calling(database, clock, shop)
    answer = await shops.shopify(shopify_order(1, at=NOON), secret="shpss_1")

    assert answer.status == 200


async def test_who_cannot_sign_changes_nothing_and_is_counted(
    database: Database, clock: SteppedClock
) -> None:
    body = as_bytes(shopify_order(1, at=NOON))

    shops = calling(database, clock)
    answers = [
        await shops.shopify(body, secret="guessed"),
        await shops.line.post("/hooks/shopify/lamps", body),
        await shops.line.post("/hooks/shopify/lamps", body, X_Shopify_Hmac_SHA256="ä"),
        await shops.line.post("/hooks/woocommerce/mugs", body),
        await shops.woocommerce(body, secret="guessed"),
        await shops.own(BOOK, "msg_1", secret="guessed"),
    ]
    await shops.inbox.write_down_bad()

    assert {answer.status for answer in answers} == {401}
    assert order_ids(database) == [] and rows(database, schema.hooks) == []
    assert database.look(tally.arrivals, "lamps").bad == 3


async def test_a_hook_of_our_own_kind_is_signed_for_five_minutes_and_one_id(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    stale = await shops.own(BOOK, "msg_1", at=NOON - 6 * MINUTE)
    early = await shops.own(BOOK, "msg_1", at=NOON + 6 * MINUTE)
    nameless = await shops.own(BOOK, "")
    good = await shops.own(BOOK, "msg_1", at=NOON - 4 * MINUTE)
    replayed = await shops.own(BOOK, "msg_1", at=NOON - 4 * MINUTE)

    assert [stale.status, early.status, nameless.status] == [401, 401, 401]
    assert "the clock of the shop's server" in stale.text
    assert (good.text, replayed.text) == ('{"state":"taken"}', '{"state":"repeated"}')


async def test_a_repeat_under_other_ids_is_still_a_repeat(database: Database, clock: SteppedClock) -> None:
    told = shopify_order(1, at=NOON)

    shops = calling(database, clock)
    first = await shops.shopify(told, Shopify_Webhook_Id="w1", Shopify_Event_Id="e1")
    retried = await shops.shopify(told, Shopify_Webhook_Id="w1", Shopify_Event_Id="e1")
    replayed = await shops.shopify(told, "orders/create", Shopify_Webhook_Id="w2", Shopify_Event_Id="e2")
    other_view = await shops.shopify(told | {"note": "x"}, Shopify_Webhook_Id="w3", Shopify_Event_Id="e1")
    other_order = await shops.shopify(shopify_order(2, at=NOON), Shopify_Event_Id="e1")

    states = [answer.text for answer in (first, retried, replayed, other_view, other_order)]
    taken, repeated = '{"state":"taken"}', '{"state":"repeated"}'
    assert states == [taken, repeated, repeated, repeated, taken]
    assert len(rows(database, schema.hooks)) == 2


async def test_other_topics_are_answered_and_left_alone(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock)
    answers = [
        await shops.shopify({"id": 1}, "products/update"),
        await shops.shopify({"id": 1}, ""),
        await shops.woocommerce({"id": 1}, "coupon.created"),
    ]

    assert {(answer.status, answer.text) for answer in answers} == {(200, '{"state":"left"}')}
    assert rows(database, schema.hooks) == []


async def test_what_cannot_be_understood_is_kept_with_one_reason(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    broken = await shops.shopify(b'{"id": 1, "total', "orders/create")
    strange = await shops.woocommerce(woo_order(1, at=NOON, status="at-the-joiner"))
    own = await shops.own({"id": "A-1", "statsu": "paid"}, "msg_1")
    mended = await shops.own({"id": "A-1", "status": "paid"}, "msg_1")

    assert [broken.status, strange.status, own.status, mended.status] == [200, 200, 422, 200]
    assert "is 'status' meant?" in own.text
    problems = [problem for _, problem in rows(database, schema.hooks, "id", "problem")]
    assert ["this is not JSON" in problems[0], "[shops.status]" in problems[1]] == [True, True]
    assert order_ids(database) == ["A-1"]


async def test_what_was_refused_is_read_again_under_new_settings(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    await shops.woocommerce(woo_order(1, at=NOON, status="at-the-joiner"))
    same = inbox_of(database, clock, mugs())
    told = inbox_of(database, clock, mugs(status={"at-the-joiner": "confirmed"}))

    await same.reconsider()
    assert order_ids(database) == []
    await told.reconsider()

    assert order_ids(database) == ["1"]
    assert rows(database, schema.hooks, "problem") == [("",)]


async def test_tests_carts_and_what_is_to_be_ignored_are_left(
    database: Database, clock: SteppedClock
) -> None:
    shops_ = (lamps(ignore="source_name == 'pos'"), mugs())

    shops = calling(database, clock, *shops_)
    answers = [
        await shops.shopify(shopify_order(1, at=NOON, test=True)),
        await shops.shopify(shopify_order(2, at=NOON, source_name="pos")),
        await shops.woocommerce(woo_order(3, at=NOON, status="checkout-draft")),
    ]

    assert {answer.text for answer in answers} == {'{"state":"left"}'}
    assert order_ids(database) == []


async def test_a_number_that_would_fill_the_memory_is_refused(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answer = await shops.own(b'{"id": "A-1", "first_name": 1e999999999}', "msg_1")

    assert (answer.status, "not a sensible number" in answer.text) == (422, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "told", [b"", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[" * 60_000, b'{"id": true}', b'{"id": {}}']
)
async def test_garbage_of_a_right_signature_is_one_more_refusal(
    database: Database, clock: SteppedClock, told: bytes
) -> None:
    shops = calling(database, clock)
    answers = [await shops.shopify(told), await shops.woocommerce(told), await shops.own(told, "msg_1")]

    assert [answer.status for answer in answers] == [200, 200, 422]
    assert all(problem for (problem,) in rows(database, schema.hooks, "problem"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_body_too_large_is_not_read(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock)
    answer = await shops.shopify(b" " * (5 * 2**20))

    assert answer.status == 413


async def test_a_shop_that_nobody_has_is_not_found(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock, mugs())
    answers = [
        await shops.shopify(shopify_order(1, at=NOON)),
        await shops.line.post("/hooks/shopify/mugs", b"{}"),
        await shops.line.ask("GET", "/hooks/woocommerce/mugs"),
    ]

    assert [answer.status for answer in answers] == [404, 404, 405]


async def test_polls_and_hooks_of_one_shop_give_each_event_once(
    database: Database, clock: SteppedClock
) -> None:
    with ShopifyServer() as server:
        shop = ShopifyShop("lamps", url=server.url, token=TOKEN, webhook_secret=SECRET, clock=clock)
        watcher = Watcher(database, shop, home_zone=NEW_YORK)
        watcher.watch(clock.now())
        shops = calling(database, clock, shop)
        clock.move_to(NOON + HOUR)
        first = shopify_order(1, at=NOON + HOUR)
        server.put(first)
        await shops.shopify(first, "orders/create")
        watcher.watch(clock.now())
        clock.move_to(NOON + 2 * HOUR)
        second = shopify_order(2, at=NOON + 2 * HOUR)
        server.put(second)
        watcher.watch(clock.now())
        await shops.shopify(second, "orders/create")
        clock.move_to(NOON + 3 * HOUR)
        back = refund("9.90", NOON + 3 * HOUR) | {"id": 5, "order_id": 2}
        same = {name: second[name] for name in ("created_at", "processed_at")}
        server.put(shopify_order(2, at=NOON + 3 * HOUR, refunds=[back], **same))
        await shops.shopify(back, "refunds/create")
        watcher.watch(clock.now())

    assert events(database) == [*PLACED, *PLACED, ("order.part_refunded", 1, 990)]


async def test_a_hook_before_the_first_poll_makes_no_history(database: Database, clock: SteppedClock) -> None:
    with WooCommerceServer() as server:
        server.put(woo_order(1, at=NOON - HOUR))
        shop = WooCommerceShop(
            "mugs", url=server.url, key=KEY, secret=KEYS_SECRET, webhook_secret=SECRET, clock=clock
        )
        shops = calling(database, clock, shop)
        await shops.woocommerce(woo_order(2, at=NOON + HOUR), "order.created")
        Watcher(database, shop, home_zone=RIGA).watch(clock.now() + MINUTE)

    table = schema.order_events
    found = database.look(
        lambda session: session.execute(
            select(schema.orders.c.external_id, table.c.kind)
            .join_from(table, schema.orders)
            .where(~table.c.is_history)
        ).all()
    )
    assert sorted(map(tuple, found)) == [("2", "order.confirmed"), ("2", "order.paid"), ("2", "order.placed")]


async def test_a_hook_is_kept_as_it_came_for_thirty_days(database: Database, clock: SteppedClock) -> None:
    told = woo_order(1, at=NOON)

    shops = calling(database, clock)
    await shops.woocommerce(told)
    await shops.inbox.forget_old()
    [(content,)] = rows(database, schema.hooks, "content")
    clock.move_to(NOON + timedelta(days=31))
    await shops.inbox.forget_old()

    assert zlib.decompress(content) == as_bytes(told)
    assert rows(database, schema.hooks) == [] and rows(database, schema.hook_keys) == []


async def test_it_is_known_when_the_last_good_hook_came(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock)
    await shops.shopify(shopify_order(1, at=NOON), "orders/create")
    await shops.shopify(shopify_order(1, at=NOON), secret="guessed")
    await shops.shopify(shopify_order(1, at=NOON), secret="guessed")
    await shops.inbox.write_down_bad()
    before = database.look(tally.arrivals, "lamps")
    clock.move_to(NOON + HOUR)
    await shops.shopify(shopify_order(2, at=NOON), "orders/paid")

    after = database.look(tally.arrivals, "lamps")
    assert (before.good_at, before.bad, before.why) == (NOON, 2, "the signature is wrong")
    assert (after.good, after.bad) == ({"orders/create": NOON, "orders/paid": NOON + HOUR}, 0)


async def test_one_that_the_database_will_not_have_spoils_no_other(
    database: Database, clock: SteppedClock
) -> None:
    spoilt = {"id": "A-2", "status": "paid", "currency": "EUR", "total": "92233720368547758.07"}

    shops = calling(database, clock)
    answers = [await shops.own(BOOK, "msg_1"), await shops.own(spoilt, "msg_2")]

    assert {answer.status for answer in answers} <= {200, 422}
    assert "A-1" in order_ids(database)


def test_a_shop_that_only_calls_is_never_unreachable(database: Database, clock: SteppedClock) -> None:
    for shop in (lamps(), mugs(), books()):
        watcher = Watcher(database, shop, home_zone=RIGA)

        watched = watcher.watch(clock.now())
        watcher.rescan(clock.now())

        assert (watched.orders_seen, list(shop.inspect())) == (0, [])
