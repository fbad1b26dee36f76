"""What every provider that reports by calling us does: prove who it is, and say it in our words."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from paldies.channels.email.returned.notice import Notice


class NotBelieved(Exception):
    """It is not signed by the provider, or not meant for us; the text says which."""


class Unavailable(Exception):
    """Whether it is signed cannot be found out now: the provider is to come again."""


class ReportingProvider(Protocol):
    """A provider's side of `POST /hooks/{name}`."""

    name: str

    async def read(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        """What a call reports; nothing where it is about something else.

        Raises NotBelieved, Unavailable, ValueError for what cannot be read.
        """
        ...
