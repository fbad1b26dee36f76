"""What the policy has to know about a channel."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from paldies.campaigns.words import AddressKind, Purpose


class Window(NamedTuple):
    """Hours in which something may be sent, in the customer's zone; `closes` ≤ `opens` runs past midnight.

    `days` (0 = Monday) are the days on which the window opens.
    """

    days: frozenset[int] = frozenset(range(7))
    opens: int = 0  # minutes after midnight
    closes: int = 24 * 60  # minutes after midnight
    on_holidays: bool = True  # open on public holidays of the customer's country as well

    def __str__(self) -> str:
        """The hours, as staff write them."""
        return f"{self.opens // 60:02}:{self.opens % 60:02}-{self.closes // 60:02}:{self.closes % 60:02}"


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Traits:
    """Each channel declares its own."""

    name: str
    address: AddressKind
    needs_consent: frozenset[Purpose] = frozenset({Purpose.PROMOTIONAL})
    soft_opt_in: bool = False  # a former purchase may stand for consent
    needs_way_out: bool = False  # promotional messages must offer an unsubscribe link
    windows: dict[Purpose, Window] = field(default_factory=dict, hash=False)  # unless the step says otherwise
    bounds: Window = ALWAYS  # never outside of these, whatever the step says
    at_the_shop: bool = False  # its hours are those of the shop's own zone, not of the customer's
    every_zone: bool = False  # the hour must be right in every zone; no zone, no contact
    margin: timedelta = timedelta(0)  # not handed over in the last minutes of a window
