"""What the policy has to know about asking a person at the shop to ring."""

from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.words import AddressKind, Purpose

_IN_THE_OFFICE = Window(days=frozenset(range(5)), opens=9 * 60, closes=18 * 60)

TRAITS = Traits(
    name="task",
    address=AddressKind.PHONE,
    needs_consent=frozenset(),
    windows={purpose: _IN_THE_OFFICE for purpose in Purpose},
    at_the_shop=True,
)
