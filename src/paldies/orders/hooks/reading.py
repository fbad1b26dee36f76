"""How a delivery is read, before anybody waits for the database."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import structlog

from paldies.orders.entries import Entry, prepare, sha_of
from paldies.orders.hooks.delivery import Delivery
from paldies.orders.shops import values
from paldies.orders.shops.hooked import Amendment
from paldies.orders.shops.reading import MAX_ID, BadRow
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot
from paldies.orders.told import Told

log = structlog.get_logger(__name__)

_MOST_SAID = 500  # characters of a problem
_QUICK = 1  # zlib's: a fifth more bytes than its usual 6, in a third of the time


@dataclass(frozen=True, slots=True)
class Read:
    """A delivery and what it means; with a `problem` it means nothing."""

    delivery: Delivery
    content: bytes = b""  # zlib
    by_id: tuple[str, ...] = ()  # keys: if one of them is known, it has come before
    by_content: tuple[str, ...] = ()  # likewise
    order_id: str = ""
    heard: Entry | Amendment | None = None
    problem: str = ""

    @property
    def shop(self) -> str:
        return self.delivery.door.shop.name

    @property
    def keys(self) -> tuple[str, ...]:
        return self.by_id + self.by_content

    @property
    def lasting_keys(self) -> tuple[str, ...]:
        """Those to be remembered. What was refused may come again under the same id, mended."""
        return self.by_content if self.problem else self.keys

    def refused(self, problem: str) -> "Read":
        return replace(self, heard=None, problem=values.text(problem)[:_MOST_SAID])


def unread(delivery: Delivery) -> Read:
    """What it is known by, so far: most that comes again comes as it was, and need not be read again."""
    by_content = (_hashed(delivery.door.shop.name, delivery.body),) if delivery.is_same_if_alike else ()
    return Read(delivery, by_content=by_content)


def read(found: Read) -> Read:
    """Takes a millisecond for an order of a few lines."""
    delivery, order_id = found.delivery, ""
    shop = delivery.door.shop
    found = replace(found, content=zlib.compress(delivery.body, level=_QUICK))
    try:
        told = values.from_json(delivery.body)
        order_id = _order_id(told)
        heard = shop.hear(delivery.topic, told)
        meant = entry(heard, delivery) if isinstance(heard, Snapshot) else heard
        found = replace(found, heard=meant)
    except (BadRow, BadValue) as problem:
        found = found.refused(str(problem))
    except Exception as error:
        # kept to be looked at; the sender is not asked to repeat for hours what we shall understand no better
        log.exception("a hook cannot be read", shop=shop.name, order=order_id, topic=delivery.topic)
        found = found.refused(f"unforeseen: {type(error).__name__}")
    return replace(found, by_id=tuple(_by_id(delivery, order_id)), order_id=order_id)


def entry(snapshot: Snapshot, delivery: Delivery) -> Entry | None:
    """Made ready to be stored; None for a test order."""
    if snapshot.is_test:
        return None
    told, home = Told(snapshot, delivery.received_at), delivery.door.home
    return prepare(told, sha_of(told, home=home), home=home)


def _order_id(told: Any) -> str:
    """As far as it can be made out, whatever else is wrong."""
    while isinstance(told, dict):
        for name in ("order_id", "id"):
            if isinstance(id := told.get(name), str | int) and not isinstance(id, bool):
                return values.text(id)[:MAX_ID]
        told = told.get("order") or told.get("refund")
    return ""


def _by_id(delivery: Delivery, order_id: str) -> Iterator[str]:
    """An id that the sender gives twice stands for one event only of the same order and topic."""
    for number, id in enumerate(delivery.ids):
        if id:
            said = f"{number} {delivery.topic} {order_id} {id}"
            yield _hashed(delivery.door.shop.name, said.encode("utf-8", "replace"))


def _hashed(shop: str, said: bytes) -> str:
    """The same hook of two shops is two hooks."""
    return blake2b(shop.encode() + b"\0" + said, digest_size=16).hexdigest()
