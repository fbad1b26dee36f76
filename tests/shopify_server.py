"""A Shopify shop in New York on 127.0.0.1: its orders by the REST Admin API, as its documentation says."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.loopback import Answer, Asked, Loopback

TOKEN = "shpat_5ca1ab1e0ddba11"
CLIENT_ID, CLIENT_SECRET = "f00dcafe", "shpss_d15ea5e"
VERSION = "2026-07"
_HOME = ZoneInfo("America/New_York")
_NO_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def shopify_order(id: int, *, at: datetime, **changes: Any) -> dict[str, Any]:
    """Carla in New York has paid for a lamp with her card; `at` is when it changed last, an hour after."""
    placed = _written(at - timedelta(hours=1))
    address = {
        "first_name": "Carla", "last_name": "Diaz", "company": None, "address1": "5 Elm St",
        "address2": "Apt 2",
        "city": "New York", "zip": "10001", "province": "New York", "province_code": "NY",
        "country": "United States", "country_code": "US", "phone": "(212) 555-0142", "name": "Carla Diaz",
    }  # fmt: skip
    order = {
        "id": id,
        "name": f"#{id}",
        "order_number": id,
        "created_at": placed,
        "processed_at": placed,
        "updated_at": _written(at),
        "cancelled_at": None,
        "closed_at": None,
        "test": False,
        "currency": "USD",
        "presentment_currency": "USD",
        "total_price": "59.90",
        "financial_status": "paid",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "payment_terms": None,
        "source_name": "web",
        "customer_locale": "en-US",
        "buyer_accepts_marketing": False,
        "email": "carla@example.com",
        "contact_email": "carla@example.com",
        "phone": None,
        "note": None,
        "tags": "gift, vip",
        "billing_address": address,
        "shipping_address": address,
        "customer": {"id": 31, "email": "carla@example.com", "first_name": "Carla", "last_name": "Diaz"},
        "line_items": [
            {
                "id": 41, "title": "Lamp", "variant_title": "brass", "name": "Lamp - brass", "sku": "LAMP-B",
                "quantity": 1, "price": "59.90", "requires_shipping": True,
            }
        ],
        "fulfillments": [],
        "refunds": [],
    }  # fmt: skip
    return order | changes


def parcel(at: datetime, *, status: str = "success", **changes: Any) -> dict[str, Any]:
    """A fulfilment that was made `at` that moment."""
    times = {"created_at": _written(at), "updated_at": _written(at)}
    return {"status": status, "shipment_status": None, **times, **changes}


def refund(amount: str, at: datetime, **changes: Any) -> dict[str, Any]:
    """Money that went back."""
    transaction = {"kind": "refund", "status": "success", "amount": amount, "currency": "USD", **changes}
    return {"created_at": _written(at), "processed_at": _written(at), "transactions": [transaction]}


class ShopifyServer(Loopback):
    """`level` is how full the bucket of calls is; it does not empty by itself."""

    def __init__(self, *orders: dict[str, Any]) -> None:
        super().__init__()
        self.orders: dict[int, dict[str, Any]] = {}
        self.tokens = {TOKEN}
        self.level = 0
        self.put(*orders)

    def put(self, *orders: dict[str, Any]) -> None:
        """New orders, or the present state of known ones."""
        self.orders |= {order["id"]: order for order in orders}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/admin/oauth/access_token" and asked.method == "POST":
            return self._issued(asked)
        if asked.path != f"/admin/api/{VERSION}/orders.json":
            return Answer({"errors": "Not Found"}, 404)
        if asked.headers.get("x-shopify-access-token") not in self.tokens:
            return Answer({"errors": _NO_TOKEN}, 401)
        query = dict(asked.query)
        if "page_info" in query:
            if others := set(query) - {"page_info", "limit", "fields"}:
                other = min(others)
                return Answer({"errors": {other: f"{other} cannot be passed when page_info is present"}}, 400)
            query = json.loads(urlsafe_b64decode(query["page_info"])) | query
        return self._page(query)

    def _page(self, query: dict[str, Any]) -> Answer:
        """In the order asked for, from where the page before ended."""
        size = min(int(query.get("limit", 50)), 250)
        found = [order for order in self.orders.values() if _is_asked_for(order, query)]
        is_by_change = query.get("order") == "updated_at asc"
        found.sort(key=_change if is_by_change else lambda order: -order["id"])
        if "after" in query:
            found = [order for order in found if list(_change(order)) > query["after"]]
        headers = {"X-Shopify-Shop-Api-Call-Limit": f"{self.level}/40", "X-Shopify-API-Version": VERSION}
        if len(found) > size:
            kept = {name: value for name, value in query.items() if name not in ("page_info", "limit")}
            kept["after"] = _change(found[size - 1])
            there = urlsafe_b64encode(json.dumps(kept).encode()).decode()
            link = f"{self.url}/admin/api/{VERSION}/orders.json?limit={size}&page_info={there}"
            headers["Link"] = f'<{link}>; rel="next"'
        return Answer({"orders": found[:size]}, headers=headers)

    def _issued(self, asked: Asked) -> Answer:
        if asked.form != {
            "grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET
        }:  # fmt: skip
            return Answer({"error": "invalid_client", "error_description": "client is not known"}, 400)
        token = f"shpat_day{len(self.tokens)}"
        self.tokens.add(token)
        return Answer({"access_token": token, "scope": "read_orders", "expires_in": 86399})


def _is_asked_for(order: dict[str, Any], query: dict[str, Any]) -> bool:
    if query.get("status", "open") != "any" and (order["cancelled_at"] or order["closed_at"]):
        return False
    if "ids" in query and str(order["id"]) not in query["ids"].split(","):
        return False
    if bound := query.get("updated_at_min"):
        return datetime.fromisoformat(order["updated_at"]) >= datetime.fromisoformat(bound)
    return True


def _change(order: dict[str, Any]) -> tuple[float, int]:
    return datetime.fromisoformat(order["updated_at"]).timestamp(), order["id"]


def _written(at: datetime) -> str:
    """As the shop writes times: on the clock of its wall, with its offset."""
    return at.astimezone(_HOME).isoformat(timespec="seconds")
