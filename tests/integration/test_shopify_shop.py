"""A Shopify shop over real HTTP: what is asked, what comes, and what is said when nothing does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paldies.bootstrap.shops import make_shop
from paldies.clock import SteppedClock
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.settings import OrderSource
from tests.loopback import Answer
from tests.polled import refusal, watch
from tests.shopify_server import CLIENT_ID, CLIENT_SECRET, TOKEN, ShopifyServer, shopify_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[ShopifyServer]:
    with ShopifyServer() as server:
        yield server


def open_shop(server: ShopifyServer, **settings: Any) -> ShopifyShop:
    how: dict[str, Any] = {"url": server.url, "token": TOKEN, "clock": SteppedClock(NOON)}
    return ShopifyShop("lamps", **how | settings)


# what is asked


def test_orders_in_every_state_are_asked_for_by_their_last_change(server: ShopifyServer) -> None:
    server.put(shopify_order(1, at=NOON, closed_at="2026-11-22T07:00:00-05:00"))
    shop = open_shop(server)

    orders, cursor = watch(shop, {})
    watch(shop, cursor)

    assert [order.id for order in orders] == ["1"]
    first, second = server.asked
    assert first.headers["x-shopify-access-token"] == TOKEN
    assert first.query == {"status": "any", "limit": "250", "order": "updated_at asc"}
    assert second.query["updated_at_min"] == "2026-11-22T11:55:01+00:00"


def test_a_poll_of_a_quiet_shop_is_one_question_and_an_empty_answer(server: ShopifyServer) -> None:
    clock = SteppedClock(NOON)
    shop = open_shop(server, clock=clock)
    server.put(shopify_order(1, at=NOON))
    _, cursor = watch(shop, {})
    for minutes in (0, 5):  # a look with the overlap, once it has passed
        clock.move_to(NOON + minutes * MINUTE)
        watch(shop, cursor)
    server.asked.clear()

    orders, _ = watch(shop, cursor)

    assert orders == []
    [asked] = server.asked
    assert asked.query["updated_at_min"] == "2026-11-22T12:00:01+00:00"


def test_pages_are_followed_by_the_word_in_the_link_alone(server: ShopifyServer) -> None:
    server.put(*(shopify_order(id, at=NOON) for id in range(1, 601)))

    orders, _ = watch(open_shop(server), {})

    assert {order.id for order in orders} == {str(id) for id in range(1, 601)}
    assert [set(asked.query) for asked in server.asked[1:]] == [{"limit", "page_info"}] * 2


def test_the_token_never_goes_where_a_link_points(server: ShopifyServer) -> None:
    link = '<https://elsewhere.example/orders.json?page_info=abc>; rel="next"'
    server.script.extend(
        [Answer({"orders": [shopify_order(1, at=NOON)]}, headers={"Link": link}), Answer({"orders": []})]
    )

    orders, _ = watch(open_shop(server), {})

    assert [order.id for order in orders] == ["1"]
    assert [asked.query.get("page_info") for asked in server.asked] == [None, "abc"]


def test_an_order_that_changes_while_pages_are_read_is_not_lost(server: ShopifyServer) -> None:
    server.put(*(shopify_order(id, at=NOON - 600 * MINUTE + id * MINUTE) for id in range(1, 501)))
    changes = iter([shopify_order(400, at=NOON, financial_status="refunded"), shopify_order(501, at=NOON)])
    server.meanwhile = lambda: server.put(*(order for order in [next(changes, None)] if order))
    shop = open_shop(server)

    first, cursor = watch(shop, {})
    server.meanwhile = lambda: None
    second, _ = watch(shop, cursor)

    newest = {order.id: order.status for order in [*first, *second]}
    assert set(newest) == {str(id) for id in range(1, 502)}
    assert newest["400"] == "refunded"


def test_a_rescan_asks_for_just_these_orders_however_old_they_are(server: ShopifyServer) -> None:
    server.put(*(shopify_order(id, at=NOON - timedelta(days=50)) for id in range(1, 5)))

    pages = list(open_shop(server).rescan(["2", "4", "not-one-of-shopify's"]))

    assert [order.id for page in pages for order in page.snapshots] == ["4", "2"]
    assert server.asked[0].query["ids"] == "2,4"


def test_the_bucket_of_calls_is_never_emptied(server: ShopifyServer) -> None:
    server.level = 33  # of 40
    server.put(shopify_order(1, at=NOON))
    shop = open_shop(server)
    _, cursor = watch(shop, {})

    began_at = time.monotonic()
    watch(shop, cursor)

    assert time.monotonic() - began_at >= 0.45


# who is let in


def test_an_app_of_the_dev_dashboard_fetches_its_token_once_a_day(server: ShopifyServer) -> None:
    clock = SteppedClock(NOON)
    server.put(shopify_order(1, at=NOON))
    shop = open_shop(server, token="", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, clock=clock)

    _, cursor = watch(shop, {})
    watch(shop, cursor)
    clock.move_to(NOON + timedelta(days=1))
    watch(shop, cursor)

    assert [asked.method for asked in server.asked] == ["POST", "GET", "GET", "POST", "GET"]
    assert server.asked[-1].headers["x-shopify-access-token"] == "shpat_day2"


def test_a_token_that_was_withdrawn_is_fetched_anew(server: ShopifyServer) -> None:
    server.put(shopify_order(1, at=NOON))
    shop = open_shop(server, token="", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    _, cursor = watch(shop, {})

    server.tokens = {"shpat_other"}
    said = refusal(shop)
    server.put(shopify_order(2, at=NOON))
    orders, _ = watch(shop, cursor)

    assert "it answers 401" in said and "shpat_day1" not in said
    assert "2" in [order.id for order in orders]


def test_a_wrong_client_secret_is_explained_and_never_repeated(server: ShopifyServer) -> None:
    wrong = "shpss_wr0ng"

    said = refusal(open_shop(server, token="", client_id=CLIENT_ID, client_secret=wrong))

    assert "(invalid_client). Are client_id and client_secret those of an app" in said
    assert wrong not in said


def test_a_wrong_token_is_explained_and_never_repeated(server: ShopifyServer) -> None:
    wrong = "shpat_wr0ng"

    said = refusal(open_shop(server, token=wrong))

    assert "Invalid API key or access token" in said and "Correct token" in said
    assert wrong not in said


# what is said when nothing comes


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer({"errors": "[API] This action requires merchant approval for read_orders scope."}, 403),
         "read_orders scope). The app may not read orders: give it the scope read_orders"),
        (Answer({"errors": "Not Found"}, 404), "ends in .myshopify.com"),
        (Answer({"errors": {"order": "is no order"}}, 422), "is no order"),
        (Answer({"errors": "Unavailable Shop"}, 402), "its bill is not paid"),
        (Answer("", 302, {"Location": "https://accounts.shopify.com/lookup"}), "https://accounts.shopify.com"),
        (Answer("<html>Lamps</html>"), "a web page and not with JSON"),
        (Answer([]), "no list of orders"),
        (Answer("", 429, {"Retry-After": "60.0"}), "asks us to wait 60 seconds"),
    ],
)  # fmt: skip
def test_whatever_the_shop_answers_a_sentence_says_what_to_do(
    server: ShopifyServer, answer: Answer, says: str
) -> None:
    server.script.append(answer)

    said = refusal(open_shop(server))

    assert said.startswith("shop 'lamps': ") and "\n" not in said
    assert says in said


def test_a_call_too_many_is_made_again_when_shopify_says(server: ShopifyServer) -> None:
    server.put(shopify_order(1, at=NOON))
    server.script.append(Answer({"errors": "Exceeded 2 calls per second"}, 429, {"Retry-After": "0.02"}))

    orders, _ = watch(open_shop(server), {})

    assert [order.id for order in orders] == ["1"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"url": "https://admin.shopify.com/store/lamps"}, "myshopify.com"),
        ({"token": ""}, "Dev Dashboard"),
        ({"api_version": "2026.7"}, "write one such as 2026-07"),
        ({"url": "lamps.example.com:port"}, "no web address"),
    ],
)
def test_settings_that_could_never_work_are_refused_at_once(
    server: ShopifyServer, settings: dict[str, str], says: str
) -> None:
    with pytest.raises(ShopError, match=r"^shop 'lamps': ") as caught:
        open_shop(server, **settings)

    assert says in str(caught.value)


def test_settings_come_as_for_every_shop(server: ShopifyServer) -> None:
    details = {"url": f"{server.url}/admin", "token": TOKEN, "ignore": "source_name == 'pos'"}
    server.put(shopify_order(1, at=NOON), shopify_order(2, at=NOON, source_name="pos"))

    shop = make_shop(OrderSource(name="lamps", kind="shopify", **details))

    assert [order.id for page in shop.poll({}) for order in page.snapshots] == ["1"]


def test_an_inspection_shows_the_shops_own_word_beside_ours(server: ShopifyServer) -> None:
    server.put(shopify_order(1, at=NOON))

    found = {report.column: report for report in open_shop(server).inspect()}

    assert (found["status"].example, found["status"].understood) == ("paid", "paid")
    assert (found["number"].understood, found["total"].understood) == ("1", "59.90 USD")
    assert found["phone"].understood == "+12125550142"
