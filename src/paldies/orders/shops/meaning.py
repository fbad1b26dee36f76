"""What a shop's rows mean, as far as a person has to say it: settings that several kinds of shop have."""

from collections.abc import Mapping
from typing import TypedDict


class Words(TypedDict, total=False):
    """Of a shop whose amounts and timestamps are clear by themselves."""

    ignore: str  # an expression: an order for which it is true does not concern us
    status: Mapping[str, str]  # the shop's word for a state: ours


class Meaning(Words, total=False):
    """Of a shop whose rows may be anybody's."""

    time_zone: str  # IANA, of naive timestamps; else UTC
    currency: str  # ISO 4217, of rows that name none
    minor_units: bool  # amounts are cents already
