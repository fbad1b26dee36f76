"""What a channel has to say about the texts that it is to carry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from paldies.campaigns.money import Money

# What a channel has against a text in a locale, as a sentence and its remedy; nothing if it can bear it.
Objection = Callable[[str, str], str]


class Parts(Protocol):
    """In how many parts a text is carried, and why not in fewer."""

    @property
    def count(self) -> int: ...

    @property
    def units(self) -> int: ...

    @property
    def encoding(self) -> str: ...

    @property
    def foreign(self) -> str:
        """The letters, each once, that the cheapest encoding lacks."""
        ...


@dataclass(frozen=True, slots=True)
class Carrier:
    """`price` is of a part; `parts` is None for a channel that charges by nothing of the kind."""

    objection: Objection | None = None
    parts: Callable[[str], Parts] | None = None
    price: Money | None = None
    needs_way_out: bool = False


Carriers = Mapping[str, Carrier]  # by channel
