"""[shop] and [[shops]]: who we are, and where orders come from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from paldies.settings.values import Section, Span


class OwnShop(Section):
    """[shop]: who we are, for templates."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    url: str = ""
    review_url: str = ""  # offered to everybody who has told how it was, happy or not


class OrderSource(Section):
    """[[shops]]: a place that orders come from. Which keys a kind understands, the kind says itself."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    kind: str
    poll: Span = timedelta(seconds=15)

    @property
    def details(self) -> Mapping[str, Any]:
        """Everything but name, kind and poll."""
        return dict(self.model_extra or {})

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Without the details: keys and passwords are among them."""
        return [("name", self.name), ("kind", self.kind)]
