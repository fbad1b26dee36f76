"""Shops that call us: what they sign with, and how they sign."""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from sqlalchemy import Table, select
from starlette.types import ASGIApp, Message

from paldies.clock import Clock
from paldies.orders.entries import Home
from paldies.orders.hooks.delivery import Door
from paldies.orders.hooks.inbox import Inbox
from paldies.orders.shops.hook import HookShop
from paldies.orders.shops.hooked import Hooked
from paldies.orders.shops.shopify.shop import ShopifyShop
from paldies.orders.shops.woocommerce.shop import WooCommerceShop
from paldies.store import schema
from paldies.store.database import Database
from paldies.web.hooks.hooks import hooks
from tests.factories import RIGA
from tests.visitor import Answer

SECRET, OLD_SECRET = "the shop's own secret", "the one before"


def lamps(**settings: Any) -> ShopifyShop:
    """On Shopify, in New York."""
    return ShopifyShop("lamps", url="https://lamps.myshopify.com", webhook_secret=SECRET, **settings)


def mugs(**settings: Any) -> WooCommerceShop:
    """On WooCommerce, in Riga."""
    return WooCommerceShop("mugs", url="https://mugs.example", webhook_secret=SECRET, **settings)


def books(**settings: Any) -> HookShop:
    """Home-made."""
    return HookShop("books", webhook_secret=SECRET, **{"currency": "EUR"} | settings)


def inbox_of(database: Database, clock: Clock, *shops: Hooked) -> Inbox:
    home = Home(ZoneInfo(RIGA), "LV")
    return Inbox(database, clock, {shop.name: Door(shop, home) for shop in shops})


def pages_of(inbox: Inbox) -> FastAPI:
    pages = FastAPI(openapi_url=None)
    pages.include_router(hooks(inbox))
    return pages


@dataclass(frozen=True)
class Line:
    """Straight to our pages, without a network between (ASGI): a thousand calls take two seconds."""

    pages: ASGIApp

    async def post(self, path: str, body: bytes, *, kind: str = "application/json", **headers: str) -> Answer:
        """`headers` are written with underscores."""
        return await self.ask("POST", path, body, {"content_type": kind, **headers})

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}) -> Answer:
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        await self.pages(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in said[1:]).decode()
        told = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], told, text)


@dataclass(frozen=True)
class Callers:
    """All the shops, on the line."""

    line: Line
    clock: Clock
    inbox: Inbox

    async def shopify(
        self,
        told: Any,
        topic: str = "orders/updated",
        *,
        secret: str = SECRET,
        prefix: str = "X-",
        **ids: str,
    ) -> Answer:
        body = as_bytes(told)
        said = {"Shopify_Topic": topic, "Shopify_Hmac_SHA256": signed(body, secret), **ids}
        headers = {f"{prefix}{name}": value for name, value in said.items()}
        return await self.line.post("/hooks/shopify/lamps", body, **headers)

    async def woocommerce(self, told: Any, topic: str = "order.updated", *, secret: str = SECRET) -> Answer:
        body = as_bytes(told)
        headers = {"X_WC_Webhook_Topic": topic, "X_WC_Webhook_Signature": signed(body, secret)}
        return await self.line.post("/hooks/woocommerce/mugs", body, **headers)

    async def own(self, told: Any, id: str, *, secret: str = SECRET, at: datetime | None = None) -> Answer:
        body = as_bytes(told)
        headers = own_headers(body, id, at or self.clock.now(), secret=secret)
        return await self.line.post("/hooks/orders/books", body, **headers)


def calling(database: Database, clock: Clock, *shops: Hooked) -> Callers:
    """These shops, or one of each kind."""
    inbox = inbox_of(database, clock, *(shops or (lamps(), mugs(), books())))
    return Callers(Line(pages_of(inbox)), clock, inbox)


def as_bytes(told: Any) -> bytes:
    return told if isinstance(told, bytes) else json.dumps(told).encode()


def signed(body: bytes, secret: str = SECRET) -> str:
    return b64encode(hmac.digest(secret.encode(), body, sha256)).decode()


def own_headers(body: bytes, id: str, at: datetime, *, secret: str = SECRET) -> dict[str, str]:
    time = str(int(at.timestamp()))
    return {
        "webhook_id": id,
        "webhook_timestamp": time,
        "webhook_signature": f"v1,{signed(f'{id}.{time}.'.encode() + body, secret)}",
    }


def rows(database: Database, table: Table, *columns: str) -> Sequence[Mapping[str, Any] | tuple[Any, ...]]:
    """All of a table, in the order they came."""
    wanted = [table.c[name] for name in columns] or list(table.c)
    order = table.c.id if "id" in table.c else next(iter(table.primary_key))
    return [tuple(row) for row in database.look(lambda s: s.execute(select(*wanted).order_by(order)).all())]


def events(database: Database) -> list[tuple[str, int, int]]:
    """Kind, ordinal and sum of everything that has happened to orders."""
    return rows(database, schema.order_events, "kind", "ordinal", "amount")  # type: ignore[return-value]


def order_ids(database: Database) -> list[str]:
    return [row[0] for row in rows(database, schema.orders, "external_id")]  # type: ignore[index]
