"""Many deliveries in one transaction: each order once, and every hook kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from paldies.orders import cursors, known
from paldies.orders.entries import Entry
from paldies.orders.history import History
from paldies.orders.hooks import kept, tally
from paldies.orders.hooks.delivery import Door, Outcome, State
from paldies.orders.hooks.reading import Read, entry
from paldies.orders.intake import take_in
from paldies.orders.shops.hooked import Amendment
from paldies.orders.shops.values import BadValue
from paldies.orders.unknown import forgotten_among

UNKNOWN = "the order is not on record: what it says will come with the order itself"


def take(session: Session, found: Sequence[Read], now: datetime) -> list[Outcome]:
    """What became of each."""
    seen = kept.known(session, {key for one in found for key in one.keys})
    outcomes: list[Outcome | None] = [None] * len(found)
    fresh: dict[int, Read] = {}
    for number, one in enumerate(found):
        if seen.intersection(one.keys):
            outcomes[number] = Outcome(State.REPEATED)
        else:
            seen.update(one.keys)
            fresh[number] = one
    if fresh:
        fresh = _taken(session, fresh)
        forgotten = forgotten_among(session, {(one.shop, one.order_id) for one in fresh.values()})
        if keeping := [one for one in fresh.values() if (one.shop, one.order_id) not in forgotten]:
            kept.keep(session, keeping)
    tally.good(session, {(one.shop, one.delivery.topic) for one in found}, now)
    return [outcome or _outcome(fresh[number]) for number, outcome in enumerate(outcomes)]


def take_again(session: Session, id: int, one: Read) -> None:
    """One that was refused: the settings have changed since."""
    problem = _taken(session, {0: one})[0].problem
    kept.reread(session, id, problem, settings=one.delivery.door.shop.reading.fingerprint)


def _taken(session: Session, fresh: Mapping[int, Read]) -> dict[int, Read]:
    """Whole orders first: what amends one finds it on record, whichever of the two came earlier."""

    @cache
    def history(shop: str) -> History:
        return _history(session, door_of[shop], fresh_at[shop])

    door_of = {one.shop: one.delivery.door for one in fresh.values()}
    fresh_at = {one.shop: one.delivery.received_at for one in fresh.values()}
    for shop, entries in _chunks(fresh.values()):
        take_in(session, shop, entries, home=door_of[shop].home, history=history(shop))
    done = dict(fresh)
    for number, one in fresh.items():
        if isinstance(one.heard, Amendment):
            done[number] = _amended(session, one, one.heard, history=history(one.shop))
    return done


def _chunks(found: Iterable[Read]) -> Iterator[tuple[str, list[Entry]]]:
    """Of one shop and different orders each: what is told twice of one order is taken in turn."""
    waiting = [(one.shop, one.heard) for one in found if isinstance(one.heard, Entry)]
    while waiting:
        shop = waiting[0][0]
        chunk: dict[str, Entry] = {}
        rest = []
        for of_shop, told in waiting:
            if of_shop == shop and told.snapshot.id not in chunk:
                chunk[told.snapshot.id] = told
            else:
                rest.append((of_shop, told))
        yield shop, list(chunk.values())
        waiting = rest


def _amended(session: Session, one: Read, amendment: Amendment, *, history: History) -> Read:
    door = one.delivery.door
    before = known.as_told(session, one.shop, amendment.order_id)
    if before is None:
        return one.refused(UNKNOWN)
    try:
        after = amendment.applied(before)
    except BadValue as problem:
        return one.refused(str(problem))
    if after == before:
        return replace(one, heard=None)
    if told := entry(after, one.delivery):
        take_in(session, one.shop, [told], home=door.home, history=history)
    return one


def _history(session: Session, door: Door, now: datetime) -> History:
    """That of the shop's polls, which go on beside the hooks; the first of either begins it."""
    shop = door.shop.name
    if progress := cursors.progress_of(session, shop):
        return progress.history
    return cursors.begin(session, shop, now=now, today=now.astimezone(door.home.zone).date()).history


def _outcome(one: Read) -> Outcome:
    if one.problem:
        return Outcome(State.REFUSED, one.problem)
    return Outcome(State.TAKEN if one.heard else State.LEFT)
