"""What differs between two simulations of the same orders, customer by customer."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from paldies.simulation.figures import opened
from paldies.simulation.lives import moment

_WHAT_LEFT = """
SELECT coalesce(nullif(customers.email, ''), customers.phone), customers.uuid, coalesce(orders.shop, ''),
       coalesce(orders.number, ''), messages.campaign, messages.step, messages.channel,
       attempts.locale, attempts.text_version, messages.claimed_at
  FROM messages
  JOIN customers ON customers.id = messages.customer_id
  JOIN enrolments ON enrolments.id = messages.enrolment_id
  LEFT JOIN orders ON orders.id = enrolments.order_id
  JOIN attempts ON attempts.claim_id = messages.claim_id
 WHERE messages.sent_at IS NOT NULL
 ORDER BY 1, 2, 3, 4, 5, 6, 7, messages.claimed_at
"""


class Message(NamedTuple):
    """What one customer got; compared in this order."""

    customer: str  # the address, or the number
    uuid: str
    shop: str
    order: str
    campaign: str
    step: str
    channel: str
    locale: str
    text_version: str
    at: datetime

    @property
    def what(self) -> tuple[str, ...]:
        return self[:7]


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` and `after` say when, the locales in which language; None and "": it is not sent."""

    order: str
    campaign: str
    step: str
    channel: str
    before: datetime | None
    after: datetime | None
    locale_before: str
    locale_after: str
    is_reworded: bool  # its text is another one

    @property
    def is_in_another_language(self) -> bool:
        return bool(self.before and self.after) and self.locale_before != self.locale_after


@dataclass(frozen=True, slots=True)
class Changed:
    """A customer who fares differently."""

    customer: str
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class StepSums:
    """Of one step by one channel."""

    campaign: str
    step: str
    channel: str
    added: int = 0
    dropped: int = 0
    moved: int = 0
    reworded: int = 0


@dataclass(slots=True)
class Sums:
    """How much differs in all."""

    customers: int = 0
    by_step: dict[tuple[str, str, str], StepSums] = field(default_factory=dict)

    @property
    def steps(self) -> list[StepSums]:
        return [self.by_step[key] for key in sorted(self.by_step)]

    @property
    def added(self) -> int:
        return sum(step.added for step in self.by_step.values())

    @property
    def dropped(self) -> int:
        return sum(step.dropped for step in self.by_step.values())

    @property
    def moved(self) -> int:
        return sum(step.moved for step in self.by_step.values())

    @property
    def reworded(self) -> int:
        return sum(step.reworded for step in self.by_step.values())

    def adding(self, changed: Iterable[Changed]) -> Iterator[Changed]:
        """Hands each customer on, once counted."""
        for one in changed:
            self.customers += 1
            for difference in one.differences:
                self._count(difference)
            yield one

    def _count(self, it: Difference) -> None:
        key = (it.campaign, it.step, it.channel)
        step = self.by_step.setdefault(key, StepSums(*key))
        if it.before is None:
            step.added += 1
        elif it.after is None:
            step.dropped += 1
        else:
            step.moved += it.before != it.after
            step.reworded += it.is_reworded


def compared(before: Path, after: Path) -> Iterator[Changed]:
    """Only customers for whom something differs; both are read side by side, never whole."""
    with opened(before) as one, opened(after) as other:
        for (customer, _), pairs in groupby(_pairs(_messages(one), _messages(other)), key=_who):
            differences = tuple(_difference(*pair) for pair in pairs if not _is_same(*pair))
            if differences:
                yield Changed(customer, differences)


def _messages(played: sqlite3.Connection) -> Iterator[Message]:
    for row in played.execute(_WHAT_LEFT):
        yield Message._make((*row[:-1], moment(row[-1])))


def _pairs(
    one: Iterator[Message], other: Iterator[Message]
) -> Iterator[tuple[Message | None, Message | None]]:
    """Those that are the same message, and those that have no counterpart."""
    left, right = next(one, None), next(other, None)
    while left or right:
        if left and right and left.what == right.what:
            yield left, right
            left, right = next(one, None), next(other, None)
        elif right is None or (left and left.what < right.what):
            yield left, None
            left = next(one, None)
        else:
            yield None, right
            right = next(other, None)


def _who(pair: tuple[Message | None, Message | None]) -> tuple[str, str]:
    message = _either(*pair)
    return message.customer, message.uuid


def _is_same(before: Message | None, after: Message | None) -> bool:
    if before is None or after is None:
        return False
    return (before.at, before.locale, before.text_version) == (after.at, after.locale, after.text_version)


def _difference(before: Message | None, after: Message | None) -> Difference:
    said = _either(before, after)
    return Difference(
        said.order,
        said.campaign,
        said.step,
        said.channel,
        before.at if before else None,
        after.at if after else None,
        before.locale if before else "",
        after.locale if after else "",
        bool(before and after and before.text_version != after.text_version),
    )


def _either(before: Message | None, after: Message | None) -> Message:
    message = before or after
    assert message is not None  # noqa: S101 - a pair has at least one
    return message
