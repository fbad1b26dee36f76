"""The examples of docs/hooks.md run, and what they send is understood."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paldies.clock import SystemClock
from paldies.store import schema
from paldies.store.database import Database
from paldies.web.serving import serving
from tests.calling_shops import SECRET, books, inbox_of, order_ids, pages_of, rows

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the SQL is tried elsewhere

DOCS = (Path(__file__).parents[2] / "docs/hooks.md").read_text("utf-8")
BLOCKS = [(kind, text) for kind, text in re.findall(r"```(\w+)\n(.*?)```", DOCS, re.DOTALL)]
BY_NAME = {text.partition("\n")[0].removeprefix("// "): text for kind, text in BLOCKS if kind == "js"}
NODE = shutil.which("node")

ADDRESS = {"countryCode": "LV", "city": "Rīga", "phoneNumber": "+371 20000001"}
VENDURE = {
    "id": 7, "code": "V-7", "state": "PaymentSettled", "currencyCode": "EUR", "totalWithTax": 5990,
    "orderPlacedAt": "2026-11-22T08:00:00.000Z", "updatedAt": "2026-11-22T08:00:20.000Z",
    "customer": {"id": 3, "emailAddress": "alice@example.com", "firstName": "Alice", "lastName": "B"},
    "shippingAddress": ADDRESS,
    "lines": [{"productVariant": {"sku": "MUG", "name": "Mug"}, "quantity": 2, "unitPriceWithTax": 2995}],
}  # fmt: skip
MEDUSA = {
    "id": "order_01", "display_id": 12, "currency_code": "eur", "total": 59.9, "payment_status": "captured",
    "canceled_at": None, "created_at": "2026-11-22T08:00:00.000Z", "updated_at": "2026-11-22T08:00:20.000Z",
    "customer_id": "cus_1", "email": "alice@example.com",
    "shipping_address": {"phone": "+37120000001", "first_name": "Alice", "last_name": "B",
                         "country_code": "lv", "city": "Rīga"},
    "items": [{"variant_sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": 29.95}],
}  # fmt: skip
SALEOR = {
    "order": {
        "id": "T3JkZXI6MQ==", "number": "31", "status": "UNFULFILLED", "isPaid": True,
        "total": {"gross": {"amount": 59.9, "currency": "EUR"}}, "created": "2026-11-22T08:00:00+00:00",
        "updatedAt": "2026-11-22T08:00:20+00:00", "user": {"id": "VXNlcjox"}, "languageCodeEnum": "LV",
        "userEmail": "alice@example.com",
        "shippingAddress": {"phone": "+37120000001", "firstName": "Alice", "lastName": "B",
                            "country": {"code": "LV"}, "city": "Rīga"},
        "lines": [{"productSku": "MUG", "productName": "Mug", "quantity": 2,
                   "unitPrice": {"gross": {"amount": 29.95, "currency": "EUR"}}}],
    }
}  # fmt: skip
ORDER = json.loads(next(text for kind, text in BLOCKS if kind == "json"))


async def ran(database: Database, *command: str, cwd: Path, **settings: Any) -> str:
    """What the program wrote, while a shop of that kind is received; its standard error if it failed."""
    inbox = inbox_of(database, SystemClock(), books(**settings))
    async with serving(pages_of(inbox), 0) as at:
        environment = {
            "PATH": os.environ["PATH"],
            "PALDIES_HOOK_URL": f"{at}hooks/orders/books",
            "PALDIES_HOOK_SECRET": SECRET,
        }
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60
        )
    return done.stdout.strip() or done.stderr


@on_sqlite
async def test_the_example_in_python_is_taken(database: Database, tmp_path: Path) -> None:
    [example] = [text for kind, text in BLOCKS if kind == "python"]
    program = f"{example}\n\nprint(tell(json.loads({json.dumps(ORDER)!r})))"

    said = await ran(database, sys.executable, "-c", program, cwd=tmp_path)

    assert said == "{'state': 'taken'}"
    assert order_ids(database) == ["10427"]


@on_sqlite
@pytest.mark.skipif(NODE is None, reason="there is no node")
@pytest.mark.parametrize(
    ("name", "told", "settings"),
    [
        ("tell.mjs", ORDER, {}),
        ("paldies.mjs", VENDURE, {"minor_units": True, "status": {"PaymentSettled": "paid"}}),
        ("medusa.mjs", MEDUSA, {}),
        ("saleor.mjs", SALEOR, {}),
    ],
)
async def test_the_examples_in_javascript_are_taken(
    database: Database, tmp_path: Path, name: str, told: dict[str, Any], settings: dict[str, Any]
) -> None:
    for file, text in BY_NAME.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    mapped = "told(given)" if name != "tell.mjs" else "given"
    imported = f'import {{ told }} from "./{name}";' if name != "tell.mjs" else ""
    program = (
        f'{imported} import {{ tell }} from "./tell.mjs"; const given = {json.dumps(told)};'
        f" console.log(JSON.stringify(await tell({mapped})));"
    )

    said = await ran(database, str(NODE), "--input-type=module", "-e", program, cwd=tmp_path, **settings)

    assert said == '{"state":"taken"}'
    assert rows(database, schema.orders, "total", "currency", "status", "email", "country", "city") == [
        (5990, "EUR", "paid", "alice@example.com", "LV", "Rīga")
    ]
    assert rows(database, schema.order_lines, "name", "price") == [("Mug", 2995)]


@on_sqlite
@pytest.mark.skipif(NODE is None, reason="there is no node")
async def test_vendures_and_medusas_own_events_lead_to_a_hook(database: Database, tmp_path: Path) -> None:
    for file, text in BY_NAME.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    program = f"""
        import {{ listen }} from "./paldies.mjs"; import medusa from "./medusa.mjs";
        const heard = [], orders = {{ findOne: async () => ({json.dumps(VENDURE)}) }};
        listen({{ ofType: () => ({{ subscribe: (f) => heard.push(f) }}) }}, class {{}}, orders);
        await heard[0]({{ ctx: {{}}, order: {{ id: 7 }} }});
        const query = {{ graph: async () => ({{ data: [{json.dumps(MEDUSA)}] }}) }};
        await medusa({{ event: {{ data: {{ id: "order_01" }} }}, container: {{ resolve: () => query }} }});
    """

    said = await ran(
        database, str(NODE), "--input-type=module", "-e", program, cwd=tmp_path,
        status={"PaymentSettled": "paid"},
    )  # fmt: skip

    assert said == ""
    assert sorted(order_ids(database)) == ["7", "order_01"]


def test_every_example_is_about_twenty_lines() -> None:
    lengths = [len(text.strip().splitlines()) for kind, text in BLOCKS if kind in ("js", "python")]

    assert len(lengths) == 5 and max(lengths) <= 26
