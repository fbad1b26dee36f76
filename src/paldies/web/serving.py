"""Serves pages inside a loop that belongs to somebody else."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from paldies.bootstrap.set_up import SetUpError

_LAST_WORDS = 2  # seconds that a request may take once serving is to end
_AT_ONCE = 200  # connections; whoever comes beyond them is told to try again
_PATIENCE = 10.0  # seconds in which a visitor has to have asked for something


class _Guest(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to the host: uvicorn would raise a captured one again once it has stopped."""
        yield


class _Doorman(H11Protocol):
    """Sees out who keeps a connection and asks for nothing: two hundred of them would keep all others out."""

    def __init__(self, *args: Any, patience: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience = patience
        self._latest: object = None  # request, at the last look
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._next_look = self.loop.call_later(self._patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look:
            self._next_look.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        is_answered = self.cycle is None or self.cycle.response_complete
        if is_answered and self.cycle is self._latest:
            self.transport.close()
            return
        self._latest = self.cycle
        self._next_look = self.loop.call_later(self._patience, self._look)


@asynccontextmanager
async def serving(
    pages: FastAPI,
    port: int,
    *,
    host: str = "127.0.0.1",
    remedy: str = "set [web] port",
    patience: float = _PATIENCE,
) -> AsyncIterator[str]:
    """Their address, while they are served. `port` 0 takes a free one. Raises SetUpError."""
    listening = _listen(host, port, remedy)
    config = uvicorn.Config(
        pages,
        http=cast(type[asyncio.Protocol], partial(_Doorman, patience=patience)),
        proxy_headers=False,  # nothing depends on where somebody says to come from
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
