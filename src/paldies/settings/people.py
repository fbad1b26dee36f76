"""[staff] and [web]: who is told, and where everybody is received."""

from typing import Annotated

from pydantic import Field

from paldies.settings.values import Section


class Staff(Section):
    """[staff]"""

    email: str = ""


class Web(Section):
    """[web]: the pages that messages link to, as seen from the proxy in front of them."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8025  # 0: no pages
