"""A Brazilian marketplace's orders, change by change: made up from a seed, or read from Olist's files."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

HOME = ZoneInfo("America/Sao_Paulo")
MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = (
    ("SP", "sao paulo", "01310"),
    ("RJ", "rio de janeiro", "20231"),
    ("BA", "salvador", "40015"),
    ("AM", "manaus", "69005"),
    ("MT", "cuiaba", "78005"),
    ("AC", "rio branco", "69900"),
)
_ZONES = {
    "AC": "America/Rio_Branco", "AL": "America/Maceio", "AM": "America/Manaus", "AP": "America/Belem",
    "BA": "America/Bahia", "CE": "America/Fortaleza", "MA": "America/Fortaleza", "MS": "America/Campo_Grande",
    "MT": "America/Cuiaba", "PA": "America/Belem", "PB": "America/Fortaleza", "PE": "America/Recife",
    "PI": "America/Fortaleza", "RN": "America/Fortaleza", "RO": "America/Porto_Velho",
    "RR": "America/Boa_Vista", "SE": "America/Maceio", "TO": "America/Araguaina",
}  # fmt: skip
_NAMES = ("Alice", "Boris", "Carla", "João", "Māra", "")
_GOODS = ("chaleira", "tapete", "relógio", "violão", "luminária")
_TODO = "confirm your delivery address"


@dataclass(frozen=True, slots=True)
class Change:
    """What the shop writes into an order's row at a moment; what is empty stays as it was."""

    at: datetime
    status: str = ""
    column: str = ""  # approved, carried or delivered…
    says: datetime | None = None  # …and the time that is written there
    todo: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order and all that ever happens to it; the first change is that it is placed."""

    id: str
    customer_id: str
    email: str
    first_name: str
    state: str
    city: str
    postal_code: str
    total: str  # reais
    promised_at: datetime | None
    lines: tuple[tuple[str, str, str], ...]  # sku, name, price
    changes: tuple[Change, ...]

    @property
    def placed_at(self) -> datetime:
        return self.changes[0].at

    @property
    def zone(self) -> ZoneInfo:
        """Where the customer is."""
        return ZoneInfo(_ZONES[self.state]) if self.state in _ZONES else HOME

    def moved(self, by: timedelta) -> "Order":
        """The same order, earlier or later."""
        changes = tuple(
            replace(change, at=change.at + by, says=change.says and change.says + by)
            for change in self.changes
        )
        return replace(self, promised_at=self.promised_at and self.promised_at + by, changes=changes)


def made_up(seed: int, *, start: datetime, days: int, count: int) -> list[Order]:
    """About `count` orders from `start` on, among them whatever makes the first day difficult."""
    dice = Random(seed)
    orders: list[Order] = []
    while len(orders) < count:
        moments = _moments(dice, start + dice.random() * days * DAYS)
        number, place = len(orders), dice.choice(PLACES)
        name = dice.choice(_NAMES)
        email = "" if dice.random() < 0.08 else f"buyer{number}@example.com"
        for visit, (placed_at, cancelled_after) in enumerate(moments):
            # now and then one person has two accounts; it is the address that gives them away
            account = f"c{number}b" if visit and email and dice.random() < 0.2 else f"c{number}"
            order = Order(
                id=f"{seed:02x}{number:04x}{visit:02x}",
                customer_id=account,
                email=email,
                first_name=name,
                state=place[0],
                city=place[1],
                postal_code=place[2],
                total=f"{dice.uniform(9, 900):.2f}",
                promised_at=placed_at + dice.randrange(5, 30) * DAYS,
                lines=tuple(
                    (f"sku{dice.randrange(99)}", dice.choice(_GOODS), f"{dice.uniform(9, 300):.2f}")
                    for _ in range(dice.choice((0, 1, 1, 1, 2)))
                ),
                changes=_life(dice, placed_at, cancelled_after),
            )
            orders.append(order)
    return sorted(orders, key=lambda order: order.placed_at)


def _moments(dice: Random, first: datetime) -> list[tuple[datetime, timedelta | None]]:
    """When one person orders, and how soon each order is cancelled, if at all."""
    match dice.choices(("once", "twice at once", "again", "undecided", "after a month"), (12, 2, 1, 2, 1))[0]:
        case "twice at once":
            then = [first + dice.uniform(0, 130) * MINUTES for _ in range(dice.choice((1, 1, 2)))]
            regretted = [dice.choice((None, dice.uniform(0, 26) * HOURS)) for _ in range(len(then) + 1)]
            return list(zip([first, *then], regretted, strict=True))
        case "again":
            return [(first, None), (first + dice.uniform(2, 400) * HOURS, None)]
        case "undecided":
            start = first.astimezone(HOME).replace(hour=7)
            return [(start + turn * dice.uniform(2.1, 4) * HOURS, 1.2 * HOURS) for turn in range(3)] + [
                (start + 14 * HOURS, None)
            ]
        case "after a month":
            return [(first, None), (first + dice.uniform(28, 33) * DAYS, None)]
        case _:
            return [(first, dice.uniform(0, 30) * HOURS if dice.random() < 0.15 else None)]


def _life(dice: Random, placed_at: datetime, cancelled_after: timedelta | None) -> tuple[Change, ...]:
    placed_at = placed_at.astimezone(UTC).replace(microsecond=0)
    slow = dice.random() < 0.25  # paid by slip, in a bank
    approved_at = placed_at + (dice.uniform(3, 60) * HOURS if slow else dice.uniform(5, 25) * MINUTES)
    carried_at = approved_at + dice.uniform(4, 70) * HOURS
    if dice.random() < 0.03:
        carried_at = placed_at + (approved_at - placed_at) / 2  # on its way before it was paid
    times = {"approved": approved_at, "carried": carried_at}
    if dice.random() < 0.1:
        times["delivered"] = carried_at + 4 * DAYS
    unpaid, unsaid = dice.random() < 0.06, dice.random() < 0.04
    if unpaid and not cancelled_after:
        times = {}
    elif unsaid:
        times = {}  # the shop moves the order on, and tells no times
    return _changes(
        placed_at,
        {name: at.replace(microsecond=0) for name, at in times.items()},
        final="processing" if unsaid and not unpaid else "",
        final_at=approved_at.replace(microsecond=0),
        cancelled_at=(placed_at + cancelled_after).replace(microsecond=0) if cancelled_after else None,
        todo_until=placed_at + dice.uniform(0, 40) * HOURS if dice.random() < 0.35 else None,
    )


def _changes(
    placed_at: datetime,
    times: dict[str, datetime],
    *,
    final: str,
    final_at: datetime,
    cancelled_at: datetime | None,
    todo_until: datetime | None,
) -> tuple[Change, ...]:
    """A row cannot be written to before it is there; once cancelled, its status stays."""
    status = {"approved": "approved", "carried": "shipped", "delivered": "delivered"}
    told = sorted((max(at, placed_at), name) for name, at in times.items())
    changes = [Change(at, status[name], name, times[name]) for at, name in told]
    if final in ("processing", "invoiced"):
        changes.append(Change(max(final_at, placed_at), final))
    changes = sorted(changes, key=lambda change: change.at)
    if cancelled_at:
        before = [change for change in changes if change.at <= cancelled_at]
        after = [replace(change, status="") for change in changes if change.at > cancelled_at]
        changes = [*before, Change(max(cancelled_at, placed_at), "canceled"), *after]
    if todo_until:
        changes = sorted([*changes, Change(todo_until, todo="")], key=lambda change: change.at)
    first = Change(placed_at, "created", todo=_TODO if todo_until else "")
    return (first, *changes)


def olist(folder: Path) -> list[Order]:
    """The real ones. What the files do not tell is made up from the order's id: it stays the same."""
    customers = {row["customer_id"]: row for row in _rows(folder / "customers.csv")}
    lines: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in _rows(folder / "items.csv"):
        lines[row["order_id"]].append((row["product_id"][:12], "Produto", row["price"]))
    paid: dict[str, float] = defaultdict(float)
    for row in _rows(folder / "payments.csv"):
        paid[row["order_id"]] += float(row["payment_value"])
    orders = [
        _real(row, customers[row["customer_id"]], lines[row["order_id"]], total=paid[row["order_id"]])
        for row in _rows(folder / "orders.csv")
    ]
    return sorted(orders, key=lambda order: order.placed_at)


def _real(row: dict[str, str], customer: dict[str, str], lines: Sequence[Any], *, total: float) -> Order:
    dice, person = Random(row["order_id"]), Random(customer["customer_unique_id"])
    unique_id = customer["customer_unique_id"]
    placed_at = _instant(row["order_purchase_timestamp"])
    columns = {
        "approved": "order_approved_at",
        "carried": "order_delivered_carrier_date",
        "delivered": "order_delivered_customer_date",
    }
    times = {name: _instant(row[column]) for name, column in columns.items() if row[column]}
    final = row["order_status"]
    is_off = final in ("canceled", "unavailable")
    return Order(
        id=row["order_id"],
        customer_id=unique_id,
        email=f"{unique_id}@example.com" if person.random() > 0.08 else "",
        first_name=person.choice(_NAMES),
        state=customer["customer_state"],
        city=customer["customer_city"],
        postal_code=customer["customer_zip_code_prefix"],
        total=f"{total:.2f}",
        promised_at=_instant(row["order_estimated_delivery_date"]),
        lines=tuple(lines),
        changes=_changes(
            placed_at,
            times,
            final=final,
            final_at=times.get("approved", placed_at) + dice.uniform(0, 20) * HOURS,
            cancelled_at=placed_at + dice.uniform(0, 60) * HOURS if is_off else None,
            todo_until=placed_at + dice.uniform(0, 40) * HOURS if dice.random() < 0.2 else None,
        ),
    )


def _instant(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=HOME).astimezone(UTC)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
