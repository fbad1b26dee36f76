"""A WooCommerce shop over real HTTP: what is asked, what comes, and what is said when nothing does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paldies.bootstrap.shops import make_shop
from paldies.clock import SteppedClock
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.woocommerce.shop import WooCommerceShop
from paldies.settings import OrderSource
from tests.loopback import Answer
from tests.polled import refusal, watch
from tests.woocommerce_server import KEY, PATH, SECRET, WooCommerceServer, woo_order

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[WooCommerceServer]:
    with WooCommerceServer() as server:
        yield server


def open_shop(server: WooCommerceServer, **settings: Any) -> WooCommerceShop:
    how: dict[str, Any] = {"url": server.url, "key": KEY, "secret": SECRET, "clock": SteppedClock(NOON)}
    return WooCommerceShop("woo", **how | settings)


# what is asked


def test_the_key_is_shown_and_changes_are_asked_for_in_gmt(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON - 60 * MINUTE))
    shop = open_shop(server)

    _, cursor = watch(shop, {})
    watch(shop, cursor)

    first, second = server.asked
    assert (first.method, first.path) == ("GET", PATH)
    assert "modified_after" not in first.query
    assert (
        second.query["modified_after"] == "2026-11-22T10:50:00"
    )  # ten minutes before the order's last change
    assert second.query["dates_are_gmt"] == "true"


def test_a_poll_of_a_quiet_shop_is_one_question_and_an_empty_answer(server: WooCommerceServer) -> None:
    clock = SteppedClock(NOON)
    shop = open_shop(server, clock=clock)
    server.put(woo_order(1, at=NOON - MINUTE))
    _, cursor = watch(shop, {})
    for minutes in (0, 10):  # a look with the overlap, once it has passed
        clock.move_to(NOON + minutes * MINUTE)
        watch(shop, cursor)
    server.asked.clear()

    orders, _ = watch(shop, cursor)

    assert orders == []
    [asked] = server.asked
    assert asked.query["modified_after"] == "2026-11-22T11:59:00"


def test_a_change_that_comes_to_light_late_is_found(server: WooCommerceServer) -> None:
    shop = open_shop(server)
    server.put(woo_order(1, at=NOON))
    _, cursor = watch(shop, {})

    server.put(woo_order(2, at=NOON - 3 * MINUTE))  # its transaction was longer
    orders, _ = watch(shop, cursor)

    assert [order.id for order in orders] == ["2"]


def test_a_late_change_is_found_even_if_nobody_asked_for_an_hour(server: WooCommerceServer) -> None:
    clock = SteppedClock(NOON)
    shop = open_shop(server, clock=clock)
    server.put(woo_order(1, at=NOON))
    _, cursor = watch(shop, {})

    server.put(woo_order(2, at=NOON - 3 * MINUTE))
    clock.move_to(NOON + 60 * MINUTE)
    orders, _ = watch(shop, cursor)

    assert [order.id for order in orders] == ["2"]


def test_an_order_dated_2099_does_not_hide_those_that_follow(server: WooCommerceServer) -> None:
    shop = open_shop(server)
    server.put(woo_order(1, at=datetime(2099, 1, 1, tzinfo=UTC)))
    _, cursor = watch(shop, {})

    server.put(woo_order(2, at=NOON + MINUTE))
    orders, _ = watch(shop, cursor)

    assert [order.id for order in orders] == ["2"]


# pages


def test_an_order_that_changes_while_pages_are_read_is_not_lost(server: WooCommerceServer) -> None:
    server.put(*(woo_order(id, at=NOON - 600 * MINUTE + id * MINUTE) for id in range(1, 251)))
    shop = open_shop(server)
    changes = iter([woo_order(3, at=NOON - MINUTE, status="refunded"), woo_order(251, at=NOON - MINUTE)])
    server.meanwhile = lambda: server.put(*(order for order in [next(changes, None)] if order))

    first, cursor = watch(shop, {})
    server.meanwhile = lambda: None
    second, _ = watch(shop, cursor)

    newest = {order.id: order.status for order in [*first, *second]}
    assert set(newest) == {str(id) for id in range(1, 252)}
    assert newest["3"] == "refunded"


def test_an_order_that_vanishes_while_pages_are_read_hides_no_other(server: WooCommerceServer) -> None:
    server.put(*(woo_order(id, at=NOON - 60 * MINUTE) for id in range(1, 301)))
    shop = open_shop(server)

    def throw_away() -> None:
        for id in (5, 6):
            server.orders.pop(id, None)

    server.meanwhile = throw_away

    orders, _ = watch(shop, {})

    assert {order.id for order in orders} >= {str(id) for id in range(7, 301)}


def test_an_import_that_breaks_off_goes_on_where_it_was(server: WooCommerceServer) -> None:
    server.put(*(woo_order(id, at=NOON - 60 * MINUTE) for id in range(1, 501)))
    pages = open_shop(server).poll({})
    for _ in range(3):
        cursor = next(pages).cursor
    pages.close()  # type: ignore[attr-defined]
    server.asked.clear()

    orders, cursor = watch(open_shop(server), cursor)

    assert [int(asked.query["page"]) for asked in server.asked] == [3, 4, 5]
    assert {order.id for order in orders} >= {str(id) for id in range(301, 501)}
    assert "walk" not in cursor


def test_pages_go_on_where_a_proxy_has_dropped_the_headers_that_count_them(
    server: WooCommerceServer,
) -> None:
    pages = [[woo_order(id, at=NOON) for id in range(start, start + 100)] for start in (1, 101)]
    server.script.extend(map(Answer, [*pages, []]))

    orders, _ = watch(open_shop(server), {})

    assert len(orders) == 200


def test_more_orders_of_one_second_than_a_page_holds_are_all_read(server: WooCommerceServer) -> None:
    shop = open_shop(server)
    server.put(woo_order(1, at=NOON - 60 * MINUTE))
    _, cursor = watch(shop, {})

    server.put(*(woo_order(id, at=NOON) for id in range(2, 252)))  # a bulk action
    orders, _ = watch(shop, cursor)

    assert len(orders) == 250


# the trash, old versions, settings


def test_an_order_put_in_the_trash_is_cancelled(server: WooCommerceServer) -> None:
    clock = SteppedClock(NOON)
    shop = open_shop(server, clock=clock)
    server.put(woo_order(1, at=NOON), woo_order(2, at=NOON))
    _, cursor = watch(shop, {})

    server.put(woo_order(1, at=NOON + MINUTE, status="trash"))
    soon, cursor = watch(shop, cursor)
    clock.move_to(NOON + 10 * MINUTE)
    later, _ = watch(shop, cursor)
    [[again], [thrown_away]] = [page.snapshots for page in shop.rescan(["2", "1"])]

    assert soon == []
    assert [(order.id, order.status) for order in later] == [("1", "cancelled")]
    assert (again.id, thrown_away.id, thrown_away.status) == ("2", "1", "cancelled")


def test_a_woocommerce_too_old_to_tell_changes_is_noticed(server: WooCommerceServer) -> None:
    server.heeds_modified_after = False
    server.put(woo_order(1, at=NOON - timedelta(days=9)), woo_order(2, at=NOON))
    shop = open_shop(server)
    _, cursor = watch(shop, {})

    with pytest.raises(ShopError, match=r"Update WooCommerce to 5\.8"):
        watch(shop, cursor)
    found = {report.column: report for report in shop.inspect()}

    assert "5.8" in found["modified_after"].problem


def test_what_was_rejected_is_read_again_once_its_word_is_explained(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON - timedelta(days=2), status="at-the-joiner"), woo_order(2, at=NOON))
    pages = list(open_shop(server).poll({}))
    [rejected] = [each for page in pages for each in page.rejected]

    orders, _ = watch(open_shop(server, status={"at-the-joiner": "paid"}), pages[-1].cursor)

    assert '"at-the-joiner" = "…"' in rejected.problem
    assert ("1", "paid") in [(order.id, order.status) for order in orders]


def test_settings_come_as_for_every_shop(server: WooCommerceServer) -> None:
    details = {"url": f"{server.url}/wp-json/", "key": KEY, "secret": SECRET, "overlap": "2m"}
    server.put(woo_order(1, at=NOON))

    shop = make_shop(OrderSource(name="woo", kind="woocommerce", **details))

    assert [order.id for page in shop.poll({}) for order in page.snapshots] == ["1"]


def test_a_bad_order_is_rejected_and_stops_no_other(server: WooCommerceServer) -> None:
    server.script.append(Answer([woo_order(1, at=NOON, total="a lot"), "no order", woo_order(3, at=NOON)]))

    pages = list(open_shop(server).poll({}))

    assert [order.id for page in pages for order in page.snapshots] == ["3"]
    assert [each.where for page in pages for each in page.rejected] == ["order 1", "order without an id"]


def test_an_inspection_shows_the_shops_own_word_beside_ours(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON))

    found = {report.column: report for report in open_shop(server).inspect()}

    assert (found["status"].example, found["status"].understood) == ("processing", "paid")
    assert found["total"].understood == "45.20 EUR"
    assert not found["promised_at"].found
    assert found["modified_after"].problem == ""


def test_orders_can_be_ignored_by_where_they_came_from(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON), woo_order(2, at=NOON, created_via="pos"))
    shop = open_shop(server, ignore="created_via == 'pos'")

    orders, _ = watch(shop, {})
    found = {report.column: report for report in shop.inspect()}

    assert [order.id for order in orders] == ["1"]
    assert found["ignore"].understood == "leaves out 1 of the first 2 rows"


# what is said when nothing comes


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer("<html>Welcome</html>"), "a web page and not with JSON. Is url the shop's address"),
        (Answer("<html>Not found</html>", 404), "Permalinks anything but Plain"),
        (Answer({"code": "rest_no_route"}, 404), "WooCommerce active"),
        (Answer("", 302, {"Location": "https://shop.example.com/wp-login.php?x=1"}), "a log-in page"),
        (Answer("", 301, {"Location": "https://www.shop.example.com/wp-json"}), "https://www.shop.example.com."),
        (Answer({"message": "Sorry, you cannot view."}, 403), "for a shop manager, with the permission Read"),
        (Answer({"message": "boom"}, 500), "it answers 500 (boom). It is tried again"),
        (Answer({"orders": []}), "no list of orders"),
        (Answer("[{"), "something else and not with JSON"),
        (Answer(b"\xff\xfe[]"), "something else and not with JSON"),
    ],
)  # fmt: skip
def test_whatever_the_shop_answers_a_sentence_says_what_to_do(
    server: WooCommerceServer, answer: Answer, says: str
) -> None:
    server.script.append(answer)

    said = refusal(open_shop(server))

    assert said.startswith("shop 'woo': ") and "\n" not in said
    assert says in said


def test_a_wrong_secret_is_explained_and_never_repeated(server: WooCommerceServer) -> None:
    wrong = "cs_wr0ng5ecret"
    server.script.append(Answer({"message": f"The secret {wrong} of {KEY} is no good."}, 401))

    echoed, real = (refusal(open_shop(server, secret=wrong)) for _ in range(2))

    assert "Correct key and secret" in echoed and "Consumer secret is invalid" in real
    assert wrong not in echoed + real and KEY not in echoed + real


def test_a_key_without_the_right_to_read_is_explained(server: WooCommerceServer) -> None:
    server.may_read = False

    assert "does not have read permissions" in refusal(open_shop(server))


def test_a_cursor_holds_no_secret(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON, status="lost"), woo_order(2, at=NOON))

    _, cursor = watch(open_shop(server), {})

    assert KEY not in str(cursor) and SECRET not in str(cursor)


def test_a_busy_shop_is_given_the_time_it_asks_for(server: WooCommerceServer) -> None:
    server.put(woo_order(1, at=NOON))
    server.script.extend([Answer("", 429, {"Retry-After": "0"}), Answer("", 503, {"Retry-After": "0.01"})])

    orders, _ = watch(open_shop(server), {})

    assert [order.id for order in orders] == ["1"]
    assert len(server.asked) == 3


def test_a_shop_that_asks_for_an_hour_is_left_alone_until_the_next_poll(server: WooCommerceServer) -> None:
    server.script.append(Answer("", 429, {"Retry-After": "3600"}))

    said = refusal(open_shop(server))

    assert "asks us to wait 3600 seconds" in said
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"url": "http://shop.example.com"}, "write https://shop.example.com"),
        ({"url": "https://user:pass@shop.example.com"}, "keys have settings of their own"),
        ({"url": "ftp://shop.example.com"}, "no web address"),
        ({"url": "https://[shop"}, "no web address"),
        ({"key": ""}, "Advanced → REST API"),
        ({"key": SECRET, "secret": KEY}, "the wrong way round"),
    ],
)
def test_settings_that_could_never_work_are_refused_at_once(
    server: WooCommerceServer, settings: dict[str, str], says: str
) -> None:
    with pytest.raises(ShopError, match=r"^shop 'woo': ") as caught:
        open_shop(server, **settings)

    assert says in str(caught.value)
    assert not any(word in str(caught.value) for word in ("pass@", KEY, SECRET))


def test_an_inspection_of_a_shop_without_orders_complains_of_nothing(server: WooCommerceServer) -> None:
    [report] = open_shop(server).inspect()

    assert (report.column, report.problem) == ("modified_after", "")
