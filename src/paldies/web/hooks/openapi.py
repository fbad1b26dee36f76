"""What `/openapi.json` says of the hooks: who signs how, what is sent, what is answered."""

from collections.abc import Mapping
from typing import Any

import paldies
from paldies.campaigns.words import OrderStatus
from paldies.orders.hooks.delivery import State
from paldies.orders.shops.columns import COLUMNS, LINE_COLUMNS, WITHOUT, Kind
from paldies.orders.shops.hooked import Way
from paldies.orders.shops.reading import MAX_ID

_TEXT = {"type": "string"}
_AMOUNT = {"oneOf": [{"type": "string"}, {"type": "number"}]}
_SHAPES: Mapping[Kind, dict[str, Any]] = {
    Kind.ID: {"oneOf": [{"type": "string", "minLength": 1, "maxLength": MAX_ID}, {"type": "integer"}]},
    Kind.TEXT: _TEXT,
    Kind.STATUS: {
        **_TEXT,
        "description": "One of ours, or any word of yours that [shops.status] explains.",
        "examples": list(OrderStatus),
    },
    Kind.MONEY: {**_AMOUNT, "description": "In major units, unless the shop has minor_units = true."},
    Kind.INSTANT: {
        "oneOf": [{"type": "string"}, {"type": "number"}],
        "description": "ISO 8601; one without a zone is meant in the shop's time_zone; or Unix time.",
    },
    Kind.TRUTH: {"type": "boolean"},
    Kind.TAGS: {"type": "array", "items": _TEXT},
    Kind.LINES: {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                name: _AMOUNT if name in ("quantity", "price") else _TEXT
                for name in LINE_COLUMNS
                if name != "order_id"
            },
            "required": ["price"],
        },
    },
}
_KINDS: Mapping[Kind, str] = {
    Kind.ID: "Yours, text or a number; required.",
    Kind.TEXT: "Text.",
    Kind.STATUS: f"One of {', '.join(OrderStatus)}, or a word of yours that [shops.status] explains.",
    Kind.MONEY: "An amount.",
    Kind.INSTANT: "A time.",
    Kind.TRUTH: "true or false.",
    Kind.TAGS: "A list of words.",
    Kind.LINES: "What was bought: a list of objects with sku, name, quantity and price.",
}
EXAMPLE = {
    "id": "10427",
    "status": "paid",
    "currency": "EUR",
    "total": "59.90",
    "placed_at": "2026-11-22T10:00:00+02:00",
    "paid_at": "2026-11-22T10:00:20+02:00",
    "updated_at": "2026-11-22T10:00:20+02:00",
    "email": "alice@example.com",
    "phone": "+371 20000001",
    "first_name": "Alice",
    "locale": "lv",
    "country": "LV",
    "city": "Rīga",
    "lines": [{"sku": "MUG-1", "name": "Mug", "quantity": 2, "price": "29.95"}],
}
_ANSWER = {
    "type": "object",
    "properties": {
        "state": {"enum": list(State)},
        "problem": {"type": "string", "description": "What is wrong, and the remedy."},
    },
}
ANSWERS = {
    200: "It is written down: taken, repeated (it had come before), left (nothing to take) or refused.",
    401: "The signature is missing or wrong; nothing was changed.",
    404: "No shop of this name takes hooks of this kind.",
    408: "The body came too slowly.",
    413: "The body is larger than 4 MiB.",
    503: "It could not be written down: send it again.",
}


def document() -> dict[str, Any]:
    """What `/openapi.json` says, in OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "paldies: hooks",
            "version": paldies.__version__,
            "description": "Where shops call when something has happened to an order. See docs/hooks.md.",
        },
        "paths": {f"/hooks/{way}/{{shop}}": {"post": _call(way, told)} for way, told in _CALLS.items()},
    }


def columns() -> list[dict[str, str]]:
    """What may be told of an order: each name, what it is, and what follows where it is left out."""
    return [
        {"name": name, "said": f"{_KINDS[kind]}{f' Without it {WITHOUT[name]}.' if name in WITHOUT else ''}"}
        for name, kind in COLUMNS.items()
    ]


def own_order() -> dict[str, Any]:
    """The JSON schema of an order in our own words."""
    properties = {name: dict(_SHAPES[kind]) for name, kind in COLUMNS.items()}
    for name, follows in WITHOUT.items():
        before = properties[name].get("description", "")
        properties[name]["description"] = f"{before} Without it {follows}.".strip()
    return {
        "type": "object",
        "properties": properties,
        "required": ["id"],
        "additionalProperties": False,
        "examples": [EXAMPLE],
    }


OWN = {
    "summary": "One order as it stands, in our own words",
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": said,
        }
        for name, said in (
            ("webhook-id", "Yours; the same one again changes nothing."),
            ("webhook-timestamp", "Unix time in seconds, at most five minutes off."),
            ("webhook-signature", "v1, and the base64 of HMAC-SHA256 over <id>.<timestamp>.<body>."),
        )
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": own_order()}}},
}
_SHOP = {"name": "shop", "in": "path", "required": True, "schema": _TEXT, "description": "Its name here."}
OWN_ANSWERS = {
    422: "It cannot be understood, and the answer says why. Mended, it may come under the same id."
}


def platform(summary: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a platform sends, its own way."""
    return {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "header", "required": False, "schema": _TEXT, "description": said}
            for name, said in headers.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    }


SHOPIFY = platform(
    "Shopify calls",
    {
        "X-Shopify-Hmac-SHA256": "The base64 of HMAC-SHA256 over the body; also without X-.",
        "X-Shopify-Topic": "orders/create, paid, updated, fulfilled, cancelled, refunds/create.",
        "X-Shopify-Webhook-Id": "Known again for 30 days.",
        "X-Shopify-Event-Id": "Known again for 30 days.",
    },
)
WOOCOMMERCE = platform(
    "WooCommerce calls",
    {
        "X-WC-Webhook-Signature": "The base64 of HMAC-SHA256 over the body.",
        "X-WC-Webhook-Topic": "order.created, updated, restored, deleted.",
    },
)


_CALLS = {Way.SHOPIFY: SHOPIFY, Way.WOOCOMMERCE: WOOCOMMERCE, Way.ORDERS: OWN}


def _call(way: Way, told: Mapping[str, Any]) -> dict[str, Any]:
    answers = ANSWERS | (OWN_ANSWERS if way is Way.ORDERS else {})
    return {
        **told,
        "operationId": f"{way}_hook",
        "parameters": [_SHOP, *told["parameters"]],
        "responses": {
            str(status): {"description": said, "content": {"application/json": {"schema": _ANSWER}}}
            for status, said in sorted(answers.items())
        },
    }
