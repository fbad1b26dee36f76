"""Which events a snapshot adds to those on record, and which it corrects."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from paldies.campaigns.words import EventKind
from paldies.orders.happenings import Happening
from paldies.orders.moments import Moment
from paldies.value import value


@value
class Known:
    """An event that is on record."""

    id: int
    kind: EventKind
    ordinal: int
    happened_at: datetime
    first_seen_at: datetime
    amount: int = 0


@value
class New:
    """An event that is not. `is_exact` tells that the shop named the instant."""

    kind: EventKind
    ordinal: int
    happened_at: datetime
    is_exact: bool
    amount: int = 0


@value
class Corrected:
    """An event on record of which more is known now. It does not happen again."""

    id: int
    happened_at: datetime
    amount: int = 0


@value
class News:
    new: tuple[New, ...] = ()
    corrected: tuple[Corrected, ...] = ()


def news(
    happened: Iterable[Happening],
    known: Sequence[Known],
    *,
    zone: ZoneInfo,
    now: datetime,
    is_older: bool = False,
) -> News:
    """What a snapshot tells that was not known; `zone` is the shop's, for bare days.

    What it gives no time for happened when it was first seen, which is `now`. One that is older than the last
    one taken adds what is missing, and replaces nothing but such guesses.
    """
    new: list[New] = []
    corrected: list[Corrected] = []
    for told in happened:
        before = [event for event in known if event.kind is told.kind]
        told = _without_an_earlier_refunds_time(told, known)
        match = _same(told, before)
        if match is None:
            if told.amount and not is_older and any(event.amount > told.amount for event in before):
                continue  # the sum was corrected downwards
            at = told.moment.at if told.moment else now
            is_exact = told.moment is not None and told.moment.day is None
            ordinal = 1 + max((event.ordinal for event in before), default=0)
            new.append(New(told.kind, ordinal, at, is_exact, told.amount))
        elif change := _correction(match, told, zone=zone, is_older=is_older):
            corrected.append(change)
    return News(tuple(new), tuple(corrected))


def _same(told: Happening, before: Sequence[Known]) -> Known | None:
    """The event on record that is meant; partial refunds are told apart by the sum refunded so far."""
    if told.kind is not EventKind.PART_REFUNDED:
        return before[0] if before else None
    unknown_sum = next((event for event in before if not event.amount), None)
    if not told.amount:
        return unknown_sum or (before[-1] if before else None)
    return next((event for event in before if event.amount == told.amount), unknown_sum)


def _without_an_earlier_refunds_time(told: Happening, known: Sequence[Known]) -> Happening:
    """Some shops keep the time of the first refund: it says nothing about the ones that follow."""
    if told.moment is None or told.kind not in (EventKind.REFUNDED, EventKind.PART_REFUNDED):
        return told
    for event in known:
        is_earlier = event.kind is EventKind.PART_REFUNDED and (
            told.kind is EventKind.REFUNDED or 0 < event.amount < told.amount
        )
        if is_earlier and told.moment.at <= event.happened_at:
            return replace(told, moment=None)
    return told


def _correction(match: Known, told: Happening, *, zone: ZoneInfo, is_older: bool) -> Corrected | None:
    at = match.happened_at
    was_guessed = match.happened_at == match.first_seen_at
    if (moment := told.moment) and (was_guessed or not is_older):
        if not _says_the_same(moment, at, zone=zone, at_the_latest=told.is_at_the_latest):
            at = moment.at
    amount = match.amount or told.amount
    return None if (at, amount) == (match.happened_at, match.amount) else Corrected(match.id, at, amount)


def _says_the_same(moment: Moment, at: datetime, *, zone: ZoneInfo, at_the_latest: bool) -> bool:
    if at_the_latest:
        return moment.at >= at
    if moment.day is not None:
        return moment.day == at.astimezone(zone).date()
    return moment.at == at
