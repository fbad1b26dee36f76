"""What the shop sells while everything goes wrong, and to whom."""

import random
from dataclasses import dataclass, field
from itertools import count

from tests.crash.campaigns import DEAR, campaign_of
from tests.crash.house import House
from tests.odd_shop import address_of, phone_of

_FIRST_ORDER = 101
_LATELY = 12  # orders


@dataclass
class Trade:
    """`due`: every order so far, and the campaign that it is for."""

    house: House
    dice: random.Random
    due: dict[int, str] = field(default_factory=dict)
    _running: list[int] = field(default_factory=list)  # orders that nothing has ended yet
    _numbers: "count[int]" = field(default_factory=lambda: count(_FIRST_ORDER))

    def sell(self, letters: int, calls: int) -> None:
        """So many orders for each of the two campaigns."""
        for cents in (*[DEAR - 1000] * letters, *[DEAR + 1000] * calls):
            number = next(self._numbers)
            self.due[number] = campaign_of(cents)
            self._running.append(number)
            self.house.shop.order(
                number,
                address_of(number),
                name="Alise",
                phone=phone_of(number),
                cents=cents,
                now=self.house.time.now(),
            )

    def end(self, how_many: int, how: str) -> None:
        """Cancels or refunds orders, in the shop's own words."""
        for number in self.take(how_many):
            self.house.shop.end(number, how=how, now=self.house.time.now())

    def take(self, how_many: int) -> list[int]:
        """Some of the latest orders, to which nothing else will happen."""
        lately = self._running[-_LATELY:]
        taken = self.dice.sample(lately, min(how_many, len(lately)))
        for number in taken:
            self._running.remove(number)
        return taken
