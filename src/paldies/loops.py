"""Which event loop runs here."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def fastest() -> Callable[[], Any] | None:
    """uvloop's, where there is one; None: asyncio's own."""
    if find_spec("uvloop") is None:
        return None
    new_loop: Callable[[], Any] = import_module("uvloop").new_event_loop
    return new_loop
