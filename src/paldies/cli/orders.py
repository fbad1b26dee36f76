"""`paldies orders`: what was bought; orders of the past can be added."""

from typing import Annotated, Any

import typer
from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from paldies.campaigns.money import from_minor
from paldies.cli.desk import Desk, sit_down
from paldies.cli.order_import import import_orders
from paldies.cli.output import AsJson, Refused, as_json, heading, local, pairs, say, table
from paldies.outbox.subjects import named_orders
from paldies.store.schema import order_events, order_lines, orders

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("import")(import_orders)

_INTERNAL = ("id", "customer_id", "bought_by", "sha", "is_open")  # the rest is what the shop says


@app.callback()
def orders_() -> None:
    """What was bought; add orders of the past."""


@app.command("list")
def list_(
    ctx: typer.Context,
    shop: Annotated[str, typer.Option(help="Only this shop's.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json: AsJson = False,
) -> None:
    """The orders that came last."""
    with sit_down(ctx) as desk:
        found = desk.look(_latest, shop, limit)
        if json:
            as_json([_told(row) for row in found])
            return
        rows = [
            (
                row["number"],
                local(row["placed_at"], desk.zone),
                row["status"],
                str(from_minor(row["total"], row["currency"])) if row["currency"] else "",
                _name(row) + (f"\n{row['email']}" if row["email"] else ""),
                row["shop"],
            )
            for row in found
        ]
        if rows:
            table(
                ["Order", "Placed", "State", "Total", "Customer", "Shop"],
                rows,
                foot=desk.foot(len(rows), limit),
            )
        else:
            say("There are no orders yet.")


@app.command()
def show(
    ctx: typer.Context,
    order: Annotated[str, typer.Argument(help="The order's id or number.")],
    json: AsJson = False,
) -> None:
    """One order: what was bought, by whom, and what has happened to it."""
    with sit_down(ctx) as desk:
        found = desk.look(_whole, order)
        if not found:
            raise Refused(f"There is no order {order!r}. See: paldies orders list")
        if json:
            as_json(found)
            return
        for each in found:
            _show(desk, each)


def _latest(session: Session, shop: str, limit: int) -> list[RowMapping]:
    wanted = select(orders).order_by(orders.c.id.desc()).limit(limit)
    return list(session.execute(wanted.where(orders.c.shop == shop) if shop else wanted).mappings())


def _whole(session: Session, order: str) -> list[dict[str, Any]]:
    """Numbers may be shared by several shops."""
    ids = [subject.order_id for subject in named_orders(session, [order]).subjects]
    return [
        _told(row)
        | {
            "lines": [
                {
                    "sku": line["sku"],
                    "name": line["name"],
                    "quantity": str(line["quantity"].normalize()),
                    "price": str(from_minor(line["price"], row["currency"]).amount),
                }
                for line in _of(session, order_lines, row["id"])
            ],
            "events": [
                {key: event[key] for key in ("kind", "ordinal", "happened_at", "first_seen_at", "is_history")}
                for event in _of(session, order_events, row["id"])
            ],
        }
        for row in session.execute(select(orders).where(orders.c.id.in_(ids))).mappings()
    ]


def _of(session: Session, rows: Any, order_id: int) -> list[RowMapping]:
    wanted = select(rows).where(rows.c.order_id == order_id).order_by(rows.c.id)
    return list(session.execute(wanted).mappings())


def _told(row: RowMapping) -> dict[str, Any]:
    """Amounts in major units, as people write them."""
    values = {key: value for key, value in row.items() if key not in _INTERNAL}
    return values | {
        name: str(from_minor(row[name], row["currency"]).amount) for name in ("total", "refunded_total")
    }


def _name(row: Any) -> str:
    return f"{row['first_name']} {row['last_name']}".strip()


def _show(desk: Desk, order: dict[str, Any]) -> None:
    place = (order[key] for key in ("address", "postal_code", "city", "region", "country"))
    refunded = order["refunded_total"]
    pairs(
        [
            ("order", f"{order['number']} ({order['shop']}, id {order['external_id']})"),
            ("state", order["status"]),
            ("total", f"{order['total']} {order['currency']}"),
            ("refunded", f"{refunded} {order['currency']}" if float(refunded) else ""),
            ("paid with", order["payment_method"]),
            ("tags", ", ".join(order["tags"])),
            ("left to do", order["todo"]),
            ("promised", local(order["promised_at"], desk.zone)),
            ("customer", _name(order)),
            ("e-mail", order["email"]),
            ("phone", order["phone"]),
            ("trouble", order["contact_problem"]),
            ("address", ", ".join(filter(None, place))),
            ("time there", ", ".join(order["zones"])),
            ("language", order["locale"]),
        ]
    )
    if order["lines"]:
        lines = [(line["quantity"], line["name"], line["sku"], line["price"]) for line in order["lines"]]
        table(["", "What", "SKU", "Each"], lines)
    heading("What happened")
    table(
        ["When", "What", ""],
        [
            (
                local(event["happened_at"], desk.zone),
                event["kind"] + (f" ({event['ordinal']})" if event["ordinal"] > 1 else ""),
                "history: starts nothing" if event["is_history"] else "",
            )
            for event in order["events"]
        ],
        foot=f"What was sent, and why: paldies messages why {order['number']}",
    )
