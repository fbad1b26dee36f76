"""The receiver of a benchmark: a process of its own, which tells what it has accepted."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PROGRAM = Path(__file__).with_name("sink.py")


@dataclass(frozen=True, slots=True)
class Heard:
    """`accepted`: when each mail was, by the machine's monotonic clock, the first one first."""

    accepted: Sequence[float]
    octets: int
    refused: int

    @property
    def size(self) -> float:
        """Bytes that a mail takes on the wire, its commands among them."""
        return self.octets / max(1, len(self.accepted))

    def rate(self, *, warm_up: float = 0.05, ended: float | None = None) -> float:
        """Mails a second without the first ones, until `ended`, or until the last was accepted."""
        first = round(len(self.accepted) * warm_up)
        end = self.accepted[-1] if ended is None else max(ended, self.accepted[-1])
        return (len(self.accepted) - 1 - first) / (end - self.accepted[first])

    def rate_between(self, begin: float, end: float) -> float:
        """Mails a second between two shares of them: without those at which not everybody was at work."""
        first, last = (round((len(self.accepted) - 1) * share) for share in (begin, end))
        return (last - first) / (self.accepted[last] - self.accepted[first])


class Receiver:
    """Milliseconds: `latency` of each answer, and how long it `takes` over a mail; `most` mails a second."""

    def __init__(
        self, *, latency: float = 0, takes: float = 0, most: int = 0, hangs_up: bool = False
    ) -> None:
        said = ["--latency", f"{latency}", "--takes", f"{takes}", "--most", f"{most}"]
        self._command = [sys.executable, str(_PROGRAM), *said, *["--hangs-up"][: int(hangs_up)]]
        self._so_far = Heard([], 0, 0)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._read())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def heard(self) -> Heard:
        """Everything so far."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        new = Heard(**json.loads(self._read()))
        old = self._so_far
        self._so_far = Heard(
            [*old.accepted, *new.accepted], old.octets + new.octets, old.refused + new.refused
        )
        return self._so_far

    def heard_until(self, enough: int, *, within: float) -> Heard:
        """Once so many mails were accepted, or so many seconds are over."""
        end = time.monotonic() + within
        while len((heard := self.heard()).accepted) < enough and time.monotonic() < end:
            time.sleep(0.1)
        return heard

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()
