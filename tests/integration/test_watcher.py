"""From what a shop reports to orders, lines, events and consents."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from paldies.campaigns.words import EventKind, MessageStatus, OrderStatus, Purpose
from paldies.orders.shops.base import Page, Rejected, ShopError
from paldies.orders.shops.reading import Reading
from paldies.orders.snapshot import Snapshot, SnapshotLine
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from paldies.store.tables import Enrolment, Message
from tests.factories import NEW_YORK, NOON, RIGA, VLADIVOSTOK
from tests.fakes import FakeShop
from tests.rows import publish_campaign

MINUTE = timedelta(minutes=1)


def snapshot(**changes: Any) -> Snapshot:
    """Alice's order, confirmed and placed a minute ago."""
    values: dict[str, Any] = {
        "id": "1001", "number": "#1001", "status": OrderStatus.CONFIRMED, "currency": "EUR", "total": 5990,
        "placed_at": NOON - MINUTE, "customer_id": "alice", "email": "Alice@Example.com",
        "phone": "20 000 001", "first_name": "Alice", "last_name": "Ozola", "locale": "lv_LV",
        "country": "Latvia",
        "lines": (SnapshotLine("TEA", "Linden tea", Decimal(2), 1495),),
    }  # fmt: skip
    return Snapshot(**values | changes)


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop(page_size=3)


@pytest.fixture
def watcher(database: Database, shop: FakeShop) -> Watcher:
    """One that has polled the empty shop an hour ago: whatever comes now is news."""
    watcher = Watcher(database, shop, home_zone=RIGA)
    watcher.watch(NOON - timedelta(hours=1))
    return watcher


def rows(database: Database, table: Any) -> Sequence[Any]:
    return database.look(lambda session: session.execute(select(table).order_by(*table.primary_key)).all())


def events(database: Database) -> list[tuple[str, datetime]]:
    return [(row.kind.removeprefix("order."), row.happened_at) for row in rows(database, schema.order_events)]


def test_an_order_is_stored_with_everything_about_it(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot())

    watched = watcher.watch(NOON)

    [order] = rows(database, schema.orders)
    [line] = rows(database, schema.order_lines)
    [customer] = rows(database, schema.customers)
    assert (watched.orders_seen, watched.orders_new, watched.events) == (1, 1, 2)
    assert (order.email, order.phone, order.zones) == ("alice@example.com", "+37120000001", [RIGA])
    assert (order.country, order.locale, order.total) == ("LV", "lv-LV", 5990)
    assert (line.sku, line.quantity, line.price) == ("TEA", Decimal(2), 1495)
    assert (customer.first_name, customer.email, order.customer_id) == ("Alice", order.email, customer.id)
    assert events(database) == [("placed", NOON - MINUTE), ("confirmed", NOON)]


def test_zones_follow_the_shipping_address(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot(id="1", country="Россия", city="Владивосток", phone="8 (916) 123-45-67"))
    shop.put(snapshot(id="2", country="US", region="NY", phone="(212) 555-0142"))

    watcher.watch(NOON)

    boris, carla = rows(database, schema.orders)
    assert (boris.zones, boris.phone) == ([VLADIVOSTOK], "+79161234567")
    assert (carla.zones, carla.phone) == ([NEW_YORK], "+12125550142")


def test_an_address_that_cannot_be_used_leaves_a_reason(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(email="alice@@example", phone="call me"))

    watcher.watch(NOON)

    [order] = rows(database, schema.orders)
    assert (order.email, order.phone) == ("", "")
    assert order.contact_problem.startswith("e-mail: ")
    assert "phone: " in order.contact_problem


def test_what_has_not_changed_is_not_written(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot(updated_at=NOON - MINUTE))
    watcher.watch(NOON)
    before = [rows(database, table) for table in (schema.orders, schema.customers, schema.order_events)]
    shop.put(snapshot(updated_at=NOON))

    watched = watcher.watch(NOON + MINUTE)

    assert (watched.orders_seen, watched.orders_changed) == (1, 0)
    assert [rows(database, t) for t in (schema.orders, schema.customers, schema.order_events)] == before


def test_a_change_is_taken_over_and_moves_the_customers_revision(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot())
    watcher.watch(NOON)
    [customer] = rows(database, schema.customers)
    shop.put(snapshot(status=OrderStatus.CANCELLED, lines=(), tags=("gift",)))

    watched = watcher.watch(NOON + MINUTE)

    [order] = rows(database, schema.orders)
    assert watched.orders_changed == 1
    assert (order.status, order.tags, order.is_open) == ("cancelled", ["gift"], False)
    assert rows(database, schema.order_lines) == []
    assert rows(database, schema.customers)[0].revision > customer.revision
    assert events(database)[-1] == ("cancelled", NOON + MINUTE)


def test_lines_that_the_shop_does_not_tell_stay(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot())
    watcher.watch(NOON)
    shop.put(snapshot(lines=None, todo="Choose a delivery time"))

    watcher.watch(NOON + MINUTE)

    assert len(rows(database, schema.order_lines)) == 1
    assert rows(database, schema.orders)[0].todo == "Choose a delivery time"


def test_an_older_snapshot_adds_missing_events_and_overwrites_nothing(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(status=OrderStatus.DELIVERED, city="Liepāja", updated_at=NOON))
    watcher.watch(NOON)
    shipped_at = NOON - MINUTE / 2
    shop.put(
        snapshot(status=OrderStatus.SHIPPED, shipped_at=shipped_at, city="Riga", updated_at=NOON - MINUTE)
    )

    watcher.watch(NOON + MINUTE)

    [order] = rows(database, schema.orders)
    assert (order.status, order.city, order.shipped_at) == ("delivered", "Liepāja", None)
    assert ("shipped", shipped_at) in events(database)


def test_one_page_may_speak_of_an_order_twice(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot(), snapshot(status=OrderStatus.SHIPPED))

    watched = watcher.watch(NOON)

    assert (watched.orders_new, watched.orders_changed) == (1, 1)
    assert rows(database, schema.orders)[0].status == "shipped"


def test_a_test_order_is_no_order(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    shop.put(snapshot(is_test=True))

    watcher.watch(NOON)

    assert rows(database, schema.orders) == []


def test_pages_are_kept_when_the_shop_fails_half_way(database: Database) -> None:
    class Fragile(FakeShop):
        def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
            yield from super().poll(cursor)
            raise ShopError("it fell over")

    shop = Fragile(page_size=1)
    shop.put(snapshot(), snapshot(id="1002"))
    watcher = Watcher(database, shop, home_zone=RIGA)

    with pytest.raises(ShopError, match="fell over"):
        watcher.watch(NOON)

    [cursor] = rows(database, schema.cursors)
    assert len(rows(database, schema.orders)) == 2
    assert cursor.cursor == {"changes": 2}
    assert (cursor.last_good_at, cursor.failing_since, cursor.error) == (None, NOON, "it fell over")


def test_a_shop_that_is_down_is_known_to_be_since_when(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.is_down = True
    for moment in (NOON, NOON + MINUTE):
        with pytest.raises(ShopError):
            watcher.watch(moment)
    [down] = rows(database, schema.cursors)
    shop.is_down = False

    watcher.watch(NOON + 2 * MINUTE)

    [up] = rows(database, schema.cursors)
    assert (down.failing_since, "does not answer" in down.error) == (NOON, True)
    assert (up.failing_since, up.error, up.last_good_at) == (None, "", NOON + 2 * MINUTE)


def test_what_nobody_foresaw_counts_as_a_failing_shop_too(database: Database) -> None:
    class Broken(FakeShop):
        def poll(self, cursor: dict[str, Any]) -> Iterator[Page]:
            raise KeyError("total")

    watcher = Watcher(database, Broken(), home_zone=RIGA)

    with pytest.raises(KeyError):
        watcher.watch(NOON)

    assert rows(database, schema.cursors)[0].failing_since == NOON


def test_a_row_that_cannot_be_understood_is_reported_once(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.spoil("1001", "total: 'abc' is not a number")
    shop.spoil("1001", "total: 'abc' is not a number")
    first = watcher.watch(NOON)
    shop.spoil("1001", "total: 'abc' is not a number")

    second = watcher.watch(NOON + MINUTE)

    assert first.rejected == (Rejected("order 1001", "total: 'abc' is not a number"),)
    assert second.rejected == ()


def test_a_corrected_time_moves_what_counts_from_it(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(confirmed_at=NOON - MINUTE))
    watcher.watch(NOON)
    confirmed = next(
        row for row in rows(database, schema.order_events) if row.kind == EventKind.CONFIRMED.value
    )
    enrolment_id = database.now(enrol, confirmed)
    shop.put(snapshot(confirmed_at=NOON - 31 * MINUTE))

    watched = watcher.watch(NOON + MINUTE)

    [enrolment] = rows(database, schema.enrolments)
    waiting, sent, planned = rows(database, schema.messages)
    assert watched.events == 0
    assert (enrolment.id, enrolment.event_at) == (enrolment_id, NOON - 31 * MINUTE)
    assert (waiting.send_at, waiting.expires_at) == (NOON - 11 * MINUTE, None)
    assert sent.send_at == NOON
    assert planned.send_at == NOON - 31 * MINUTE


def enrol(session: Any, event: Any) -> int:
    """An enrolment with a message that waits for its time, one that was sent, one that chose its moment."""
    version = publish_campaign(session)
    order = session.execute(select(schema.orders)).one()
    enrolment = Enrolment(
        key="first_day/store:1001/order.confirmed.1", campaign="first_day", plan_version_id=version,
        customer_id=order.customer_id, order_id=order.id, event_id=event.id, event_at=event.happened_at,
        created_at=NOON,
    )  # fmt: skip
    session.add(enrolment)
    session.flush()
    for number, changes in enumerate(
        (
            {"send_at": NOON + 19 * MINUTE, "expires_at": NOON + 60 * MINUTE},
            {"send_at": NOON, "status": MessageStatus.SENT},
            {"send_at": NOON + 600 * MINUTE, "reason": "planned"},
        )
    ):
        values = {
            "key": f"{enrolment.key}/{number}/1", "enrolment_id": enrolment.id,
            "customer_id": order.customer_id, "campaign": "first_day", "step": str(number), "leg": 1,
            "channel": "email", "purpose": Purpose.SERVICE, "created_at": NOON,
        }  # fmt: skip
        session.add(Message(**values | changes))
        session.flush()
    assert enrolment.id
    return enrolment.id


class ForgetfulShop(FakeShop):
    """Its poll does not tell of every change; asked about an order, it does."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self.untold: list[Snapshot] = []

    def rescan(self, open_order_ids: Sequence[str]) -> Iterator[Page]:
        self.asked.append(list(open_order_ids))
        yield Page(self.untold)


def test_open_orders_are_asked_for_again_at_night(database: Database) -> None:
    shop = ForgetfulShop()
    shop.put(snapshot(id="open"), snapshot(id="over", status=OrderStatus.CANCELLED))
    shop.put(snapshot(id="long gone", status=OrderStatus.DELIVERED, delivered_at=NOON - timedelta(days=40)))
    watcher = Watcher(database, shop, home_zone=RIGA)
    watcher.watch(NOON)
    tonight = datetime(2026, 11, 19, 3, 30, tzinfo=ZoneInfo(RIGA))

    for moment in (NOON, tonight - timedelta(hours=1), tonight, tonight + MINUTE):
        watcher.rescan_if_due(moment)

    assert shop.asked == [["open"]]
    assert rows(database, schema.cursors)[0].rescanned_on == date(2026, 11, 19)


def test_a_rescan_finds_what_a_poll_hid_and_leaves_the_cursor_alone(database: Database) -> None:
    shop = ForgetfulShop()
    shop.put(snapshot())
    watcher = Watcher(database, shop, home_zone=RIGA)
    watcher.watch(NOON)
    shop.untold = [snapshot(status=OrderStatus.SHIPPED)]

    watched = watcher.rescan(NOON + MINUTE)

    assert (watched.orders_changed, watched.events) == (1, 1)
    assert rows(database, schema.cursors)[0].cursor == {"changes": 1}


def test_orders_delivered_long_ago_are_closed_without_being_told(
    database: Database, shop: FakeShop, watcher: Watcher
) -> None:
    shop.put(snapshot(delivered_at=NOON - MINUTE))
    watcher.watch(NOON)

    watcher.rescan(NOON + timedelta(days=31))

    assert not rows(database, schema.orders)[0].is_open


def test_odd_names_survive(database: Database, shop: FakeShop, watcher: Watcher) -> None:
    names = [
        "D'Arcy \"O\"", "🧁 Cupcake 👩‍👩‍👧", "אבגד هوز", "{{ 7*7 }}", "<script>alert(1)</script>", "x" * 300,
        "Zoe\u0308", "%s %(a)s :name ?", "Robert'); DROP TABLE orders;--",
    ]  # fmt: skip
    shop.put(
        *(snapshot(id=f"{n}", customer_id=f"{n}", email="", first_name=name) for n, name in enumerate(names))
    )

    watcher.watch(NOON)

    assert [order.first_name for order in rows(database, schema.orders)] == names
    assert sorted(person.first_name for person in rows(database, schema.customers)) == sorted(names)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.text(max_size=20), st.text(max_size=20), st.text(min_size=1, max_size=20))
def test_no_row_that_a_shop_reads_breaks_the_database(
    database: Database, shop: FakeShop, watcher: Watcher, name: str, email: str, phone: str, order_id: str
) -> None:
    row = {"id": f"x{order_id}", "first_name": name, "email": email, "phone": phone, "city": name}
    read = Reading.of("store", time_zone=RIGA).snapshot(row)
    assert read is not None
    shop.put(read)

    watcher.watch(NOON)

    assert read.id in {order.external_id for order in rows(database, schema.orders)}
