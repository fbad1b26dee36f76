"""What a shop has told of an order, and at which moment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from paldies.orders.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Told:
    """A snapshot and the moment that is *now* for all that is decided about it, in UTC.

    A daemon hears a whole page at one moment; a past that is played again has a moment for every change.
    """

    snapshot: Snapshot
    at: datetime


def apart(told: Iterable[Told]) -> Iterator[list[Told]]:
    """Pieces in which nobody is told of twice, as far as the shop's ids and the addresses tell, in order.

    Whoever stores and plans one piece after the other comes to what a look at each moment would come to:
    what is decided about one order depends on others of the same customer only.
    """
    piece: list[Told] = []
    there: set[tuple[str, str]] = set()
    for one in told:
        names = _names(one.snapshot)
        if names & there:
            yield piece
            piece, there = [], set()
        piece.append(one)
        there |= names
    if piece:
        yield piece


def _names(snapshot: Snapshot) -> set[tuple[str, str]]:
    names = {("order", snapshot.id)}
    if snapshot.customer_id:
        names.add(("customer", snapshot.customer_id))
    if mailbox := snapshot.email.strip().casefold():
        names.add(("mailbox", mailbox))
    return names
