"""Serves the page inside a loop that belongs to somebody else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from paldies.bootstrap import SetUpError


class _Guest(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to the host: uvicorn would raise a captured one again once it has stopped."""
        yield


@asynccontextmanager
async def serving(page: FastAPI, port: int) -> AsyncIterator[str]:
    """Its address, while it is served. `port` 0 takes a free one. Raises SetUpError."""
    listening = _listen(port)
    config = uvicorn.Config(page, log_level="error", access_log=False, lifespan="off", ws="none",
                            timeout_graceful_shutdown=2)  # fmt: skip
    guest = _Guest(config)
    serving = asyncio.create_task(guest.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        guest.should_exit = True
        await serving
        listening.close()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise SetUpError(
            f"Port {port} cannot be used ({error}): leave --port out, and a free one is found"
        ) from error
    return listening
