"""`paldies check` says which hook is missing, disabled or badly signed, and what to enter where."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from paldies.channels import TRAITS
from paldies.cli.checks.hooks import look_at_hooks
from paldies.cli.desk import Desk
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.store.database import Database
from tests.calling_shops import SECRET, calling, lamps
from tests.factories import NOON
from tests.loopback import Answer, Asked
from tests.shopify_server import TOKEN, ShopifyServer, shopify_order
from tests.woocommerce_server import KEY, WooCommerceServer
from tests.woocommerce_server import SECRET as KEYS_SECRET

PUBLIC_URL = 'public_url = "https://care.example.com"'
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the SQL is tried elsewhere

ADDRESS = "https://care.example.com/hooks"
SHOPIFY = ["orders/create", "orders/paid", "orders/updated", "orders/fulfilled", "orders/cancelled",
           "refunds/create"]  # fmt: skip
WOO = ["order.created", "order.updated", "order.restored", "order.deleted"]
ALONE = {"kind": "shopify", "name": "lamps", "url": "https://lamps.myshopify.com", "webhook_secret": SECRET}


class WithHooks(ShopifyServer):
    """Has these on record."""

    def __init__(self, hooks: list[dict[str, str]]) -> None:
        super().__init__()
        self.hooks = hooks

    def answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/webhooks.json"):
            return Answer({"webhooks": self.hooks})
        return super().answer(asked)


class WooWithHooks(WooCommerceServer):
    """Has these on record."""

    def __init__(self, hooks: list[dict[str, str]]) -> None:
        super().__init__()
        self.hooks = hooks

    def answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/wc/v3/webhooks"):
            return Answer(self.hooks)
        return super().answer(asked)


@contextmanager
def desk(
    database: Database,
    folder: Path,
    shop: Mapping[str, Any],
    *,
    main: str = PUBLIC_URL,
) -> Iterator[Desk]:
    keys = "\n".join(f'{name} = "{value}"' for name, value in shop.items())
    path = folder / "paldies.toml"
    path.write_text(f"[paldies]\n{main}\n[[shops]]\n{keys}\n")
    yield Desk(load(path, {}), database, NOON, TRAITS)


def said(desk: Desk) -> list[tuple[str, str, str]]:
    return list(look_at_hooks(desk, desk.settings.shops[0]))


def test_a_shop_without_a_secret_is_not_expected_to_call(database: Database, tmp_path: Path) -> None:
    shop = {"kind": "shopify", "name": "lamps", "url": "https://lamps.myshopify.com", "token": TOKEN}

    with desk(database, tmp_path, shop) as here:
        assert said(here) == []


def test_what_is_to_be_entered_by_hand_is_said_word_for_word(database: Database, tmp_path: Path) -> None:
    with desk(database, tmp_path, ALONE) as here:
        [(state, found, remedy)] = said(here)

    assert (state, found) == ("warning", f"missing: {', '.join(SHOPIFY)}")
    assert f"{ADDRESS}/shopify/lamps" in remedy and "Settings → Notifications → Webhooks" in remedy


def test_topics_that_have_come_are_there_whoever_registered_them(database: Database, tmp_path: Path) -> None:
    shops = calling(database, SteppedClock(NOON - timedelta(hours=1)), lamps())

    async def call() -> None:
        for id, topic in enumerate(SHOPIFY[:-1], start=1):
            await shops.shopify(shopify_order(id, at=NOON), topic)

    asyncio.run(call())
    with desk(database, tmp_path, ALONE) as here:
        [(state, found, _)] = said(here)

    assert (state, found) == ("warning", "missing: refunds/create")


def test_hooks_that_shopify_has_on_record_are_there(database: Database, tmp_path: Path) -> None:
    hooks = [{"topic": topic, "address": f"{ADDRESS}/shopify/lamps"} for topic in SHOPIFY]
    hooks[2]["address"] = "https://elsewhere.example/"
    with WithHooks(hooks) as server:
        shop = ALONE | {"url": server.url, "token": TOKEN}
        with desk(database, tmp_path, shop) as here:
            [(state, found, _)] = said(here)

    assert (state, found) == ("warning", "missing: orders/updated")


def test_a_hook_that_woocommerce_has_disabled_is_a_problem(database: Database, tmp_path: Path) -> None:
    hooks = [
        {"topic": topic, "delivery_url": f"{ADDRESS}/woocommerce/mugs", "status": "active"} for topic in WOO
    ]
    hooks[1]["status"] = "disabled"
    with WooWithHooks(hooks) as server:
        shop = {"kind": "woocommerce", "name": "mugs", "url": server.url, "key": KEY, "secret": KEYS_SECRET,
                "webhook_secret": SECRET}  # fmt: skip
        with desk(database, tmp_path, shop) as here:
            [(state, found, remedy)] = said(here)

    assert (state, found) == ("problem", "order.updated is disabled")
    assert f"{ADDRESS}/woocommerce/mugs" in remedy


def test_hooks_that_fail_their_signature_are_counted(database: Database, tmp_path: Path) -> None:
    shops = calling(database, SteppedClock(NOON - timedelta(hours=1)), lamps())

    async def call() -> None:
        await shops.shopify(shopify_order(1, at=NOON), "orders/create")
        for _ in range(3):
            await shops.shopify(shopify_order(2, at=NOON), "orders/create", secret="another")
        await shops.inbox.write_down_bad()

    asyncio.run(call())
    with desk(database, tmp_path, ALONE) as here:
        [(state, found, remedy), _] = said(here)

    assert state == "problem"
    assert found == "3 were refused since the last good one (Wed 18 Nov 09:00): the signature is wrong"
    assert "webhook_secret" in remedy


@pytest.mark.parametrize(
    ("main", "problem"),
    [
        ("", "there is no public_url"),
        ('public_url = "https://care.example.com"\n[web]\nport = 0', "the pages are off"),
    ],
)
def test_where_no_shop_can_call_it_is_said(
    database: Database, tmp_path: Path, main: str, problem: str
) -> None:
    shop = {"kind": "hook", "name": "books", "webhook_secret": SECRET}

    with desk(database, tmp_path, shop, main=main) as here:
        [(state, found, _), (_, none, remedy)] = said(here)

    assert (state, found) == ("warning", f"no shop can call: {problem}")
    assert none == "none has come yet" and "docs/hooks.md" in remedy


def test_a_shop_that_calls_and_is_well_says_when_it_called(database: Database, tmp_path: Path) -> None:
    shop = {"kind": "hook", "name": "books", "webhook_secret": SECRET}
    shops = calling(database, SteppedClock(NOON - timedelta(hours=1)))

    asyncio.run(_told_once(shops))
    with desk(database, tmp_path, shop) as here:
        found = said(here)

    assert found == [("ok", f"{ADDRESS}/orders/books; the last one came Wed 18 Nov 09:00", "")]


async def _told_once(shops: Any) -> None:
    await shops.own({"id": "A-1"}, "msg_1")
