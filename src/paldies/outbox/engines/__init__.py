"""What makes the ticks happen; nothing else knows which engine runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the timetable: never twice at a time, and never missed for being late.

    `is_shared`: where several processes work on one database, one of them does it for all.
    `call`: at what a process that has made something to do for it calls out, if not at its name.
    """

    name: str
    every: float  # seconds of real time
    run: Callable[[], Awaitable[None]]
    is_shared: bool = False
    call: str = ""


class Engine(Protocol):
    def start(self, timetable: list[Tick]) -> None:
        """Begins at once with every tick, then each in its own rhythm."""
        ...

    async def stop(self, patience: float) -> None:
        """Lets running ticks end, for so many seconds, and starts no others."""
        ...
