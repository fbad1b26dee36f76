"""Serves pages inside a loop that belongs to somebody else."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from paldies.bootstrap import SetUpError

_LAST_WORDS = 2  # seconds that a request may take once serving is to end
_AT_ONCE = 200  # connections; whoever comes beyond them is told to try again


class _Guest(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to the host: uvicorn would raise a captured one again once it has stopped."""
        yield


@asynccontextmanager
async def serving(
    pages: FastAPI, port: int, *, host: str = "127.0.0.1", remedy: str = "set [web] port"
) -> AsyncIterator[str]:
    """Their address, while they are served. `port` 0 takes a free one. Raises SetUpError."""
    listening = _listen(host, port, remedy)
    config = uvicorn.Config(
        pages,
        log_config=None,  # uvicorn would write to stderr as it likes; so it writes as all of us do
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_LAST_WORDS,
    )
    logging.getLogger("uvicorn.error").addFilter(_was_not_just_ended)
    guest = _Guest(config)
    serving = asyncio.create_task(guest.serve(sockets=[listening]))
    try:
        yield _address(host, listening.getsockname()[1])
    finally:
        guest.should_exit = True
        await serving
        listening.close()


def _was_not_just_ended(record: logging.LogRecord) -> bool:
    """A visitor who is still dawdling when serving ends is no error with a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _listen(host: str, port: int, remedy: str) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, OverflowError) as error:
        raise SetUpError(f"{host}:{port} cannot be served: {error}. To use another: {remedy}") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(place)
        listening.listen()  # now, as binding alone would let a second daemon have the same port
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SetUpError(
                f"port {port} is in use, perhaps by another paldies; to use another: {remedy}"
            ) from error
        raise SetUpError(
            f"port {port} of {host} cannot be used ({error}); to use another: {remedy}"
        ) from error
    return listening


def _address(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{reachable}:{port}/"
