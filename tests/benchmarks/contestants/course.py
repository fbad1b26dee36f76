"""What every contestant is given, and what it tells afterwards."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.receiver import Receiver
from tests.benchmarks.scratch import Scratch

PROGRAMS = Path(__file__).parent.parent / "programs"
CHECKOUT = Path(__file__).parents[3]
_PATIENCE = 900  # seconds


@dataclass(frozen=True, slots=True)
class Course:
    """`mails`: a file of as many as are to be sent, a line of JSON each; `folder`: an empty one."""

    folder: Path
    mails: Path
    count: int
    receiver: Receiver
    connections: int = 16


@dataclass(frozen=True, slots=True)
class Finish:
    """`ended`: the monotonic clock when everything was sent and written down; None: once it was accepted.

    Seconds of processor time are those of the contestant while it sent, bytes what it keeps in its database;
    None where nobody knows.
    """

    ended: float | None = None
    megabytes: float | None = None
    work: float | None = None
    kept: int | None = None


class Contestant(Protocol):
    name: str
    versions: str
    share: float  # of the mails that it is given: a slow one would take minutes

    def prepare(self, scratch: Scratch) -> None:
        """Gets what it needs. Raises NotHere."""
        ...

    def race(self, course: Course) -> Finish: ...


def figures(
    command: Sequence[Any], *, cwd: Path = CHECKOUT, env: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON that a program prints on its last line."""
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=_PATIENCE
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
