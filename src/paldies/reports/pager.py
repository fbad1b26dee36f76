"""Reaches staff wherever Apprise does: Telegram, Signal, Matrix, a phone … (github.com/caronc/apprise)."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

_PATIENCE = 20.0  # seconds; Apprise gives each service four of its own to connect and to answer


class PagerError(Exception):
    """Apprise is missing, or does not understand one of the URLs; none of them is repeated."""


class Pager(Protocol):
    async def page(self, title: str, text: str) -> bool:
        """Whether it was taken by every service."""
        ...


class ApprisePager:
    """All services of one shop; their URLs hold tokens, and are shown to nobody."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Raises PagerError."""
        logging.getLogger("apprise").setLevel(
            logging.CRITICAL + 1
        )  # it writes URLs, with all that is in them
        try:
            from apprise import Apprise  # takes a fifth of a second, and most houses have none
        except ImportError:
            raise PagerError("Apprise is not installed: pip install 'paldies[apprise]'") from None
        self._services = Apprise()
        for number, url in enumerate(urls, start=1):
            if not self._services.add(url):
                raise PagerError(f"number {number} is not a URL that Apprise understands")

    async def page(self, title: str, text: str) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                went = bool(await self._services.async_notify(body=text, title=title))
        except Exception as error:  # a service of anybody's making; its text may hold the URL
            log.warning("staff could not be paged", why=type(error).__name__)
            return False
        if not went:
            log.warning("staff could not be paged", why="a service refused")
        return went
