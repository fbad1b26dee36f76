"""Reads what a shop posts without letting anybody fill our memory, or keep us waiting."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

LARGEST = 4 * 2**20  # bytes: an order of five hundred lines has two megabytes
_AT_ONCE = 48 * 2**20  # bytes of all bodies that are being read: whoever cannot sign may fill no more
_PATIENCE = 10  # seconds in which all of it has to be here


class TooLarge(Exception):
    """No order has as much to tell."""


class TooSlow(Exception):
    """It comes in too slowly, or the sender has gone."""


class TooMany(Exception):
    """So much is being read already that this one has to be sent again."""


class Bodies:
    """All that are being read, by their size."""

    def __init__(self) -> None:
        self._bytes = 0

    async def read(self, request: Request) -> bytes:
        """Raises TooLarge (before anything is read, if its size is told), TooSlow, TooMany."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and (len(told) > 12 or int(told) > LARGEST):
            raise TooLarge
        body = bytearray()
        try:
            async with asyncio.timeout(_PATIENCE):
                async for chunk in request.stream():
                    body += chunk
                    self._bytes += len(chunk)
                    if len(body) > LARGEST:
                        raise TooLarge
                    if self._bytes > _AT_ONCE:
                        raise TooMany
        except (TimeoutError, ClientDisconnect) as error:
            raise TooSlow from error
        finally:
            self._bytes -= len(body)
        return bytes(body)
