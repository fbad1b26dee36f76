"""Waits in an event loop for what others bring about."""

import asyncio
from collections.abc import Callable


async def until(is_so: Callable[[], object], *, within: float = 5.0, every: float = 0.0) -> None:
    """Asks `every` so many seconds. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(every)
