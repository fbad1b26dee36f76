"""What the policy has to know about asking a person at the shop to ring."""

from paldies.campaigns.traits import Traits
from paldies.campaigns.words import AddressKind

TRAITS = Traits(name="task", address=AddressKind.PHONE, needs_consent=frozenset())
