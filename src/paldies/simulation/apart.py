"""Plays a part in a process of its own: the end that asks, and, as a program, the end that plays."""

import asyncio
import pickle
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from paldies import garbage, logs, loops
from paldies.simulation import scene
from paldies.simulation.composing import Examples
from paldies.simulation.part import Front
from paldies.simulation.scene import Scene
from paldies.simulation.telling import Telling

_SIZE = 8  # bytes, before each thing said
_WORST = 40  # the level of logs that are worth a line


@dataclass(frozen=True, slots=True)
class Share:
    """Which people, and where the database of what happens to them is to be."""

    tape: Path
    zones: Mapping[str, ZoneInfo]
    part: int
    parts: int
    folder: Path


class PartApart:
    """See House, which plays in this process."""

    def __init__(self, share: Share, process: Process) -> None:
        self._share = share
        self._process = process

    async def begin(self, common: Scene) -> None:
        """Raises what furnishing raises."""
        await self._ask("begin", common, self._share)

    async def first(self) -> datetime | None:
        found: datetime | None = await self._ask("first")
        return found

    async def open(self, begin: datetime, told_before: datetime, span_ends: datetime) -> Front:
        front: Front = await self._ask("open", begin, told_before, span_ends)
        return front

    async def play(self, places: Sequence[datetime], *, has_moved: bool) -> Front:
        front: Front = await self._ask("play", places, has_moved=has_moved)
        return front

    async def end(self) -> Examples:
        examples: Examples = await self._ask("end")
        await self._process.wait()
        return examples

    async def _ask(self, what: str, *told: Any, **named: Any) -> Any:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked and answered  # noqa: S101 - they are pipes
        try:
            asked.write(_packed((what, told, named)))
            await asked.drain()
            size = int.from_bytes(await answered.readexactly(_SIZE))
            answer = pickle.loads(await answered.readexactly(size))  # noqa: S301 - said by ourselves
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self._process.wait()
            raise RuntimeError(f"A process of the simulation has ended with {code}.") from None
        if isinstance(answer, BaseException):
            raise answer
        return answer


@asynccontextmanager
async def apart(share: Share) -> AsyncIterator[PartApart]:
    """A process for a part; when nobody wants to know any more how it ends, neither does it."""
    process = await create_subprocess_exec(sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE)
    try:
        yield PartApart(share, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answers until nobody asks any more, or the part has ended."""
    what, house = "", None
    while what != "end" and (size := asked.read(_SIZE)):
        what, told, named = pickle.loads(asked.read(int.from_bytes(size)))  # noqa: S301 - as above
        try:
            if house is None:
                house = await _begin(*told)
                answer = None
            else:
                answer = await getattr(house, what)(*told, **named)
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = error
        answers.write(_packed(answer))
        answers.flush()


async def _begin(common: Scene, share: Share) -> scene.House:
    telling = Telling(share.tape, share.zones, part=share.part, parts=share.parts)
    return await scene.begin(common, telling, share.folder)


def _packed(value: object) -> bytes:
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(_SIZE) + content


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks is interrupted too, and then asks no more
    logs.configure(level=_WORST)
    with garbage.hardly_looked_at(), asyncio.Runner(loop_factory=loops.fastest()) as runner:
        runner.run(_serve(sys.stdin.buffer, sys.stdout.buffer))
