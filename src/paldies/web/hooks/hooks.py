"""`/hooks/…`: where shops call when something has happened to an order."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from paldies.orders.hooks.delivery import Delivery, Door, Outcome, State
from paldies.orders.hooks.inbox import Inbox
from paldies.orders.shops.hooked import Way
from paldies.web.hooks.body import Bodies, TooLarge, TooMany, TooSlow
from paldies.web.hooks.signatures import fault_of_own, is_signed, is_signed_by_woocommerce
from paldies.web.reception import Unavailable, in_time

_LATER = {"Retry-After": "120"}
_FORM = "application/x-www-form-urlencoded"
_LONGEST_ID = 200  # characters


def hooks(inbox: Inbox) -> APIRouter:
    """Plain routes: what FastAPI would do for each hook takes a tenth of a millisecond; see openapi.py."""
    calls = APIRouter()
    bodies = Bodies()

    async def received(request: Request, way: Way) -> tuple[Door, bytes] | JSONResponse:
        """The shop's door and what was brought, or what to answer at once."""
        shop = request.path_params["shop"]
        door = inbox.doors.get(shop)
        if door is None or door.shop.hook.way is not way:
            return _answer(
                404, f"no shop {shop[:50]!r} takes hooks here: see `paldies check` for the address"
            )
        try:
            return door, await bodies.read(request)
        except TooLarge:
            return _answer(413, "this is more than an order can have to tell")
        except TooSlow:
            return _answer(408, "it came too slowly")
        except TooMany:
            return _answer(503, "too much comes at once: send it again", headers=_LATER)

    def unsigned(door: Door, fault: str = "the signature is wrong") -> JSONResponse:
        inbox.note_bad(door.shop.name, fault)
        return _answer(401, fault)

    async def taken(delivery: Delivery) -> Outcome | JSONResponse:
        """Once it is committed."""
        try:
            return await in_time(inbox.take(delivery))
        except Unavailable:
            return _answer(503, "it could not be written down: send it again", headers=_LATER)

    async def shopify(request: Request) -> JSONResponse:
        """Shopify removes a hook after some answers that are no success: what is wrong is kept here."""
        found = await received(request, Way.SHOPIFY)
        if isinstance(found, JSONResponse):
            return found
        door, body = found
        said = _shopify_headers(request.headers)
        if not is_signed(body, said.get("hmac-sha256", ""), door.shop.hook.secrets):
            return unsigned(door)
        ids = (said.get("webhook-id", ""), said.get("event-id", ""))
        return await of_platform(door, said.get("topic", ""), body, ids=ids)

    async def woocommerce(request: Request) -> JSONResponse:
        """Its delivery ids are those of a second, and not of a delivery: the content tells what is known."""
        found = await received(request, Way.WOOCOMMERCE)
        if isinstance(found, JSONResponse):
            return found
        door, body = found
        if _is_greeting(request.headers, body):
            return _answer(200)
        if not is_signed_by_woocommerce(
            body, request.headers.get("x-wc-webhook-signature", ""), door.shop.hook.secrets
        ):
            return unsigned(door)
        return await of_platform(door, request.headers.get("x-wc-webhook-topic", ""), body)

    async def of_platform(door: Door, topic: str, body: bytes, *, ids: tuple[str, ...] = ()) -> JSONResponse:
        if topic not in door.shop.hook.topics:
            inbox.note_other(door.shop.name, topic[:50])
            return _answer(200, state=State.LEFT)
        delivery = Delivery(door, topic, body, inbox.clock.now(), tuple(id[:_LONGEST_ID] for id in ids))
        outcome = await taken(delivery)
        if isinstance(outcome, JSONResponse):
            return outcome
        return _answer(200, outcome.problem, state=outcome.state)

    async def orders(request: Request) -> JSONResponse:
        found = await received(request, Way.ORDERS)
        if isinstance(found, JSONResponse):
            return found
        door, body = found
        id, now = request.headers.get("webhook-id", ""), inbox.clock.now()
        if fault := fault_of_own(
            body,
            id=id,
            timestamp=request.headers.get("webhook-timestamp", ""),
            signature=request.headers.get("webhook-signature", ""),
            secrets=door.shop.hook.secrets,
            now=now,
        ):
            return unsigned(door, fault)
        outcome = await taken(Delivery(door, "order", body, now, (id,), is_same_if_alike=False))
        if isinstance(outcome, JSONResponse):
            return outcome
        status = 422 if outcome.state is State.REFUSED else 200
        return _answer(status, outcome.problem, state=outcome.state)

    for way, endpoint in {Way.SHOPIFY: shopify, Way.WOOCOMMERCE: woocommerce, Way.ORDERS: orders}.items():
        calls.add_route(f"/hooks/{way}/{{shop}}", endpoint, methods=["POST"])
    return calls


def _shopify_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Without their prefix: Shopify is about to leave the `x-` out."""
    found: dict[str, str] = {}
    for prefix in ("shopify-", "x-shopify-"):
        found |= {
            name.removeprefix(prefix): said for name, said in headers.items() if name.startswith(prefix)
        }
    return found


def _is_greeting(headers: Mapping[str, str], body: bytes) -> bool:
    """A hook that was just made asks, unsigned, whether anybody is there; only 200 makes it active."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    name, _, number = body.partition(b"=")
    return kind == _FORM and name == b"webhook_id" and number.isdigit()


def _answer(
    status: int, problem: str = "", *, state: State | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    said: dict[str, Any] = {"state": state.value} if state else {}
    return JSONResponse(said | ({"problem": problem} if problem else {}), status, headers)
