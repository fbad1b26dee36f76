"""The orders that a text can be seen with: two samples, and the shop's latest."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.preview.bench import Bench
from paldies.store.schema import orders
from paldies.templates import samples
from paldies.templates.real_orders import real_orders
from paldies.templates.samples import Sample

_MOST = 50
_MADE_UP = {"": samples.COMPLETE, "bare": samples.BARE}


def choices(bench: Bench) -> list[dict[str, Any]]:
    """What there is to choose from: `id`, and how staff know it."""
    ids = bench.database.look(_latest)
    found = bench.database.look(real_orders, ids, bench.home_zone)
    real = [
        {"id": str(row_id), "label": _label(sample), "is_real": True}
        for row_id, sample in zip(ids, found, strict=False)
    ]
    return [
        {"id": "", "label": "Sample: everything known", "is_real": False},
        {"id": "bare", "label": "Sample: hardly anything known", "is_real": False},
        *real,
    ]


def example(bench: Bench, chosen: str) -> Sample | None:
    """None if that order is not there (any more)."""
    if chosen in _MADE_UP:
        return _MADE_UP[chosen]
    if not chosen.isdecimal():
        return None
    found = bench.database.look(real_orders, [int(chosen)], bench.home_zone, public_url=bench.public_url)
    return next(iter(found), None)


def _latest(session: Session) -> list[int]:
    return list(session.scalars(select(orders.c.id).order_by(orders.c.id.desc()).limit(_MOST)))


def _label(sample: Sample) -> str:
    order, customer = sample.order, sample.customer
    parts = (order.number, customer.name or customer.email, f"{order.placed_at:%d %b}", customer.locale)
    return " · ".join(part for part in parts if part)
