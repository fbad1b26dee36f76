"""How a message gets there: one line for each channel."""

from collections.abc import Mapping

from paldies.campaigns.traits import Traits
from paldies.channels.email.channel import TRAITS as EMAIL

TRAITS: Mapping[str, Traits] = {traits.name: traits for traits in (EMAIL,)}
