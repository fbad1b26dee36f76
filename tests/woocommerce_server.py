"""A WooCommerce shop in Riga on 127.0.0.1: its orders by REST, as documentation and plugin code have it."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.loopback import Answer, Asked, Loopback

KEY, SECRET = "ck_5f1dd3c0ffee", "cs_0b5e55ed5ec7e7"
PATH = "/wp-json/wc/v3/orders"
_HOME = ZoneInfo("Europe/Riga")
_ORDERBY = ("date", "modified", "id", "include", "title", "slug")
_STATUSES = (
    "any",
    "trash",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
)


def woo_order(id: int, *, at: datetime, status: str = "processing", **changes: Any) -> dict[str, Any]:
    """Alice in Riga has bought two mugs with her card; `at` is the last change, an hour later."""
    placed, paid = at - timedelta(hours=1), at - timedelta(minutes=59)
    is_paid = status not in ("pending", "on-hold", "failed", "cancelled")
    order = {
        "id": id,
        "parent_id": 0,
        "number": str(id),
        "status": status,
        "currency": "EUR",
        "prices_include_tax": True,
        **_dates("created", placed),
        **_dates("modified", at),
        **_dates("paid", paid if is_paid else None),
        **_dates("completed", at if status in ("completed", "delivered") else None),
        "discount_total": "0.00",
        "total": "45.20",
        "total_tax": "7.84",
        "customer_id": 7,
        "created_via": "checkout",
        "customer_note": "",
        "billing": {
            "first_name": "Alice", "last_name": "B&#275;rzi&#326;a", "company": "", "address_1": "Brīvības 1",
            "address_2": "dz. 5", "city": "Rīga", "state": "", "postcode": "LV-1010", "country": "LV",
            "email": "alice@example.com", "phone": "20 000 001",
        },
        "shipping": {
            "first_name": "", "last_name": "", "company": "", "address_1": "", "address_2": "", "city": "",
            "state": "", "postcode": "", "country": "", "phone": "",
        },
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "meta_data": [{"id": 1, "key": "_order_stock_reduced", "value": "yes"}],
        "line_items": [
            {
                "id": 11, "name": "Mug &ndash; &quot;Ķekava&quot;", "product_id": 4, "variation_id": 0,
                "quantity": 2, "subtotal": "33.06", "total": "33.06", "total_tax": "6.94", "sku": "MUG-1",
                "price": 16.528926, "meta_data": [], "parent_name": None,
            }
        ],
        "refunds": [],
        "needs_processing": True,
    }  # fmt: skip
    return order | changes


class WooCommerceServer(Loopback):
    """`heeds_modified_after` is False for WooCommerce before 5.8, which does not know it."""

    def __init__(self, *orders: dict[str, Any]) -> None:
        super().__init__()
        self.orders: dict[Any, dict[str, Any]] = {}
        self.heeds_modified_after = True
        self.may_read = True
        self.put(*orders)

    def put(self, *orders: dict[str, Any]) -> None:
        """New orders, or the present state of known ones."""
        self.orders |= {order["id"]: order for order in orders}

    def answer(self, asked: Asked) -> Answer:
        if asked.path != PATH:
            return Answer({"code": "rest_no_route", "message": "No route was found."}, 404)
        if refusal := self._refusal(asked):
            return refusal
        query = {
            "per_page": "10",
            "page": "1",
            "order": "desc",
            "orderby": "date",
            "status": "any",
            **asked.query,
        }
        if wrong := _wrong(query):
            return Answer({"code": "rest_invalid_param", "message": f"Invalid parameter(s): {wrong}"}, 400)
        found = [order for order in self.orders.values() if self._is_asked_for(order, query)]
        field = {"id": "id", "modified": "date_modified_gmt"}.get(query["orderby"], "date_created_gmt")
        found.sort(key=lambda order: (order[field], order["id"]), reverse=query["order"] == "desc")
        size, page = int(query["per_page"]), int(query["page"])
        shown: Sequence[Any] = found[(page - 1) * size : page * size]
        pages = -(-len(found) // size)
        return Answer(shown, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)})

    def _refusal(self, asked: Asked) -> Answer | None:
        shown = asked.headers.get("authorization", "")
        if not shown:
            message = "Sorry, you cannot list resources."
            return Answer({"code": "woocommerce_rest_cannot_view", "message": message}, 401)
        if shown != f"Basic {b64encode(f'{KEY}:{SECRET}'.encode()).decode()}":
            code = "woocommerce_rest_authentication_error"
            return Answer({"code": code, "message": "Consumer secret is invalid."}, 401)
        if not self.may_read:
            message = "The API key provided does not have read permissions."
            return Answer({"code": "woocommerce_rest_authentication_error", "message": message}, 403)
        return None

    def _is_asked_for(self, order: dict[str, Any], query: dict[str, str]) -> bool:
        if (order["status"] == "trash") != (query["status"] == "trash"):
            return False
        if query["status"] not in ("any", "trash", order["status"]):
            return False
        if "include" in query and str(order["id"]) not in query["include"].split(","):
            return False
        if "modified_after" not in query or not self.heeds_modified_after:
            return True
        # WordPress turns a time that names its zone into its own before it looks at dates_are_gmt
        after = datetime.fromisoformat(query["modified_after"])
        after = after.astimezone(_HOME).replace(tzinfo=None) if after.tzinfo else after
        column = "date_modified_gmt" if query.get("dates_are_gmt") == "true" else "date_modified"
        return datetime.fromisoformat(order[column]) > after


def _wrong(query: dict[str, str]) -> str:
    checks = {
        "per_page": query["per_page"].isdecimal() and 1 <= int(query["per_page"]) <= 100,
        "page": query["page"].isdecimal() and int(query["page"]) >= 1,
        "orderby": query["orderby"] in _ORDERBY,
        "order": query["order"] in ("asc", "desc"),
        "status": query["status"] in _STATUSES,
        "include": all(id.isdecimal() for id in query.get("include", "1").split(",")),
    }
    return ", ".join(name for name, is_right in checks.items() if not is_right)


def _dates(name: str, at: datetime | None) -> dict[str, str | None]:
    """On the wall of the shop, and in GMT; neither names its zone."""
    if at is None:
        return {f"date_{name}": None, f"date_{name}_gmt": None}
    local = at.astimezone(_HOME)
    return {f"date_{name}": f"{local:%Y-%m-%dT%H:%M:%S}", f"date_{name}_gmt": f"{at:%Y-%m-%dT%H:%M:%S}"}
