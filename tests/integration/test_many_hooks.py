"""Many hooks at once: each order once, few commits, nobody waits, and nothing is said that is not so."""

import asyncio
import json
import os
import random
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from paldies.clock import SteppedClock
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from paldies.web.serving import serving
from tests.calling_shops import (
    SECRET,
    Callers,
    as_bytes,
    calling,
    events,
    inbox_of,
    lamps,
    order_ids,
    pages_of,
    rows,
    signed,
)
from tests.factories import NEW_YORK, NOON
from tests.shopify_server import TOKEN, ShopifyServer, refund, shopify_order
from tests.visitor import Visitor
from tests.woocommerce_server import woo_order

SAMPLES = os.environ.get("PAYLOADS_FOLDER", "")  # real ones, by platform
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


def from_somebody(id: int) -> dict[str, Any]:
    """An order of a customer of its own."""
    buyer = {"id": id, "email": f"carla{id}@example.com", "first_name": "Carla"}
    return shopify_order(id, at=NOON) | {"email": f"carla{id}@example.com", "customer": buyer}


async def test_of_many_hooks_of_which_half_are_repeats_each_order_is_taken_once(
    database: Database, clock: SteppedClock
) -> None:
    shops, lines = calling(database, clock), asyncio.Semaphore(40)
    hooks = [("shopify", from_somebody(id)) for id in range(1, 201)]
    hooks += [("woocommerce", woo_order(id, at=NOON)) for id in range(1, 201)]
    hooks *= 2
    random.Random(7).shuffle(hooks)

    async def call(kind: str, told: dict[str, Any]) -> str:
        async with lines:
            return (await getattr(shops, kind)(told)).text

    said = await asyncio.gather(*(call(kind, told) for kind, told in hooks))

    assert (said.count('{"state":"taken"}'), said.count('{"state":"repeated"}')) == (400, 400)
    assert len(rows(database, schema.orders)) == len(rows(database, schema.hooks)) == 400
    assert len(events(database)) == 400 * 3


async def test_hooks_that_come_together_share_a_commit(database: Database, clock: SteppedClock) -> None:
    shops, commits = calling(database, clock), list[object]()

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", count)
    await asyncio.gather(*(shops.shopify(from_somebody(id)) for id in range(1, 61)))
    event.remove(database.engine, "commit", count)

    assert len(order_ids(database)) == 60
    assert len(commits) <= 4


async def test_hooks_that_come_one_after_another_wait_for_each_other_a_moment(
    database: Database, clock: SteppedClock
) -> None:
    shops, commits = calling(database, clock), list[object]()

    async def call(first: int) -> None:
        for id in range(first, first + 5):
            await shops.shopify(from_somebody(id))

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", count)
    await asyncio.gather(*(call(first) for first in range(1, 41, 5)))
    event.remove(database.engine, "commit", count)

    assert len(order_ids(database)) == 40
    assert len(commits) <= 10


async def test_nothing_is_said_before_it_is_committed(database: Database, clock: SteppedClock) -> None:
    shops = calling(database, clock)

    async def call(id: int) -> bool:
        await shops.shopify(from_somebody(id))
        return str(id) in await asyncio.to_thread(order_ids, database)

    assert all(await asyncio.gather(*(call(id) for id in range(1, 31))))


async def test_while_the_database_is_held_a_hook_is_sent_back_in_time(
    tmp_path: Path, migrated_sqlite: Path, clock: SteppedClock
) -> None:
    path = tmp_path / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database, closing(Database(f"sqlite:///{path}")) as other:
        shops = calling(database, clock)
        with other.session() as holding:
            holding.connection()  # BEGIN IMMEDIATE
            began = time.monotonic()
            answer = await shops.shopify(from_somebody(1))
            waited = time.monotonic() - began
        again = await shops.shopify(from_somebody(1))

    assert (answer.status, answer.headers["retry-after"]) == (503, "120")
    assert waited < 4
    assert again.status == 200


async def test_a_database_that_is_gone_says_so(sqlite_url: str, clock: SteppedClock) -> None:
    with closing(Database(sqlite_url)) as database:  # without a single table
        answer = await calling(database, clock).shopify(from_somebody(1))

    assert answer.status == 503


async def test_a_slow_body_and_a_large_one_cost_nobody_else_anything(
    tmp_path: Path, migrated_sqlite: Path, clock: SteppedClock
) -> None:
    path = tmp_path / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    body = as_bytes(from_somebody(1))
    headers = {"X_Shopify_Topic": "orders/create", "X_Shopify_Hmac_SHA256": signed(body)}
    with closing(Database(f"sqlite:///{path}")) as database:
        async with serving(pages_of(inbox_of(database, clock, lamps())), 0, patience=1) as at:
            slow = [await _begin(at, b"{", length=1000) for _ in range(20)]
            large = await _begin(at, b" " * 65536, length=10 * 2**20)
            refused = await asyncio.wait_for(large[0].readline(), 5)
            answer = await Visitor(at).post("/hooks/shopify/lamps", body, kind="application/json", **headers)
            for _, writer in (*slow, large):
                writer.close()

    assert refused == b"HTTP/1.1 413 Request Entity Too Large\r\n" or b" 413 " in refused
    assert answer.text == '{"state":"taken"}'


async def _begin(at: str, some: bytes, *, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose body is told to have more than what comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(at.rstrip("/").rpartition(":")[2]))
    head = f"POST /hooks/shopify/lamps HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode() + some)
    await writer.drain()
    return reader, writer


STATES = ("placed", "sent", "refund", "refunded", "cancelled")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(heard=st.permutations([(how, what) for what in STATES for how in ("hook", "poll")]))
def test_hooks_and_polls_in_any_order_give_each_event_once(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, heard: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("any-order") / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    clock = SteppedClock(NOON)
    with closing(Database(f"sqlite:///{path}")) as database, ShopifyServer() as server:
        shop = ShopifyShop("lamps", url=server.url, token=TOKEN, webhook_secret=SECRET, clock=clock)
        watcher = Watcher(database, shop, home_zone=NEW_YORK)
        watcher.watch(clock.now())
        shops = calling(database, clock, shop)
        told = _life()
        clock.move_to(NOON + 5 * HOUR)

        async def hear() -> None:
            for how, what in heard:
                if how == "hook":
                    await shops.shopify(
                        told[what], "refunds/create" if what == "refund" else "orders/updated"
                    )
                elif what != "refund":
                    server.put(told[what])
                    await asyncio.to_thread(watcher.watch, clock.now())
            await shops.shopify(told["cancelled"])

        asyncio.run(hear())
        found = sorted(events(database))

    assert found == [
        ("order.cancelled", 1, 0), ("order.confirmed", 1, 0), ("order.paid", 1, 0),
        ("order.part_refunded", 1, 990), ("order.placed", 1, 0), ("order.shipped", 1, 0),
    ]  # fmt: skip


def _life() -> dict[str, dict[str, Any]]:
    """What becomes of order 1, hour by hour; a refund is told without its order as well."""
    placed = {name: (NOON + MINUTE).isoformat() for name in ("created_at", "processed_at")}
    parcel = {"status": "success", "created_at": (NOON + HOUR).isoformat(), "shipment_status": None}
    sent = {"fulfillment_status": "fulfilled", "fulfillments": [parcel], **placed}
    back = refund("9.90", NOON + 2 * HOUR) | {"id": 5, "order_id": 1}
    paid_back = {"financial_status": "partially_refunded", "refunds": [back], **sent}
    gone = {"cancelled_at": (NOON + 3 * HOUR).isoformat(), **paid_back}
    return {
        "placed": shopify_order(1, at=NOON + MINUTE, **placed),
        "sent": shopify_order(1, at=NOON + HOUR, **sent),
        "refund": back,
        "refunded": shopify_order(1, at=NOON + 2 * HOUR, **paid_back),
        "cancelled": shopify_order(1, at=NOON + 3 * HOUR, **gone),
    }


@pytest.mark.parametrize(
    ("told", "email", "phone", "status"),
    [
        (shopify_order(1, at=NOON, email="", contact_email=None, customer=None), "", "+12125550142", "paid"),
        (woo_order(1, at=NOON, billing={"email": "alice@", "phone": "call me"}), "", "", "paid"),
        (
            shopify_order(1, at=NOON, phone="garbage", shipping_address={"phone": "0000"}),
            "carla@example.com",
            "+12125550142",
            "paid",
        ),
        (woo_order(1, at=NOON, billing=[], shipping=[], line_items=None), "", "", "paid"),
        (
            woo_order(1, at=NOON, status="refunded", total="0.00"),
            "alice@example.com",
            "+37120000001",
            "refunded",
        ),
        (
            shopify_order(1, at=NOON, cancelled_at="2026-11-18T04:00:00-05:00", financial_status="voided"),
            "carla@example.com",
            "+12125550142",
            "cancelled",
        ),
        ({"order": shopify_order(1, at=NOON)}, "carla@example.com", "+12125550142", "paid"),
    ],
    ids="no-mail broken conflicting nothing refunded cancelled enveloped".split(),
)
async def test_one_bad_field_does_not_lose_the_order(
    database: Database, clock: SteppedClock, told: dict[str, Any], email: str, phone: str, status: str
) -> None:
    shops = calling(database, clock)

    answer = await (
        shops.woocommerce(told) if "billing" in told and "date_paid_gmt" in told else shops.shopify(told)
    )

    assert answer.text == '{"state":"taken"}'
    assert rows(database, schema.orders, "email", "phone", "status") == [(email, phone, status)]


async def test_what_is_wrong_with_several_fields_alike_is_said_once(
    database: Database, clock: SteppedClock
) -> None:
    answer = await calling(database, clock).shopify(shopify_order(1, at=NOON, currency=None))

    assert answer.text.count("an amount without a currency") == 1
    assert '"problem":"total, ' in answer.text


@pytest.mark.skipif(not SAMPLES, reason="PAYLOADS_FOLDER does not say where sample payloads are")
async def test_real_payloads_are_taken_or_refused_with_one_reason(
    database: Database, clock: SteppedClock
) -> None:
    shops = calling(database, clock)
    answers = [
        (path.name, await _posted(shops, path.parent.name, path.name, told))
        for path in sorted(Path(SAMPLES).glob("*/*.json"))
        for told in _each(json.loads(path.read_bytes()))
    ]

    assert {answer.status for _, answer in answers} == {200}
    refused = {name for name, answer in answers if "refused" in answer.text}
    assert refused <= {"docs_v3_refund_1.json"}  # what no hook brings
    problems = database.look(
        lambda session: session.execute(select(func.count()).where(schema.hooks.c.problem != "")).scalar()
    )
    assert problems == sum("refused" in answer.text for _, answer in answers)


def _each(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [told]


async def _posted(shops: Callers, kind: str, name: str, told: Any) -> Any:
    if kind == "woocommerce":
        return await shops.woocommerce(told)
    return await shops.shopify(told, "refunds/create" if "refund" in name else _topic(name))


def _topic(name: str) -> str:
    return "fulfillments/create" if "fulfillment" in name else "orders/updated"
