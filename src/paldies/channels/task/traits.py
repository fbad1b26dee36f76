"""What the policy has to know about asking a person at the shop."""

from paldies.campaigns.traits import Traits
from paldies.campaigns.words import AddressKind

TRAITS = Traits(name="task", address=AddressKind.PERSON, needs_consent=frozenset())
