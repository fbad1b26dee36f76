"""Has the pretend company answer on a free port of this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from paldies.demo.telephone.app import make_switchboard
from paldies.demo.telephone.company import Company
from paldies.web.serving import serving


@asynccontextmanager
async def answering(company: Company, port: int = 0) -> AsyncIterator[str]:
    """Its base_url, while it answers. `port` 0 takes a free one. Raises SetUpError."""
    async with serving(make_switchboard(company), port) as address:
        yield address.rstrip("/")
