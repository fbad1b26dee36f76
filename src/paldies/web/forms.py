"""Reads a posted form without letting anybody fill our memory, or keep us waiting."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

LARGEST = 64 * 1024  # bytes
LONGEST_TEXT = 4000  # characters that a person may write into one field
_PATIENCE = 10  # seconds in which all of it has to be here
_MOST_FIELDS = 100


class TooMuch(Exception):
    """The form holds more than anything we ask for, or comes in too slowly."""


async def read_form(request: Request) -> FormData:
    """Its fields; empty for what is no form. Raises TooMuch."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(_PATIENCE):
            body = await _body(request)
            if kind == "application/x-www-form-urlencoded":
                return await FormParser(request.headers, _once(body), max_fields=_MOST_FIELDS).parse()
            if kind == "multipart/form-data":
                fields = MultiPartParser(request.headers, _once(body), max_files=0, max_fields=_MOST_FIELDS)
                return await fields.parse()
    except (TimeoutError, ClientDisconnect) as error:
        raise TooMuch from error
    except (MultiPartException, FormParserError):
        pass
    return FormData()


def text_of(form: FormData, name: str, *, longest: int = LONGEST_TEXT) -> str:
    """What was written into a field, without what does not print. Raises TooMuch."""
    value = form.get(name)
    lines = value.splitlines() if isinstance(value, str) else []
    plain = "\n".join("".join(char if char.isprintable() else " " for char in line) for line in lines)
    if len(plain) > longest:
        raise TooMuch
    return plain.strip()


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooMuch
    return bytes(body)


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
