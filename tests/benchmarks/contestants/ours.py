"""paldies: what is due in the database is decided, rendered, claimed, sent and written down."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paldies import __version__
from tests.benchmarks.contestants.course import CHECKOUT, Course, Finish, figures
from tests.benchmarks.scratch import NotHere, Scratch
from tests.postgres import NoServer, postgres


@dataclass(frozen=True, slots=True)
class Ours:
    """`processes`: more than one only on PostgreSQL."""

    name: str
    is_shared: bool = False
    processes: int = 1
    share: float = 1.0
    versions: str = f"paldies {__version__}"

    def prepare(self, scratch: Scratch) -> None:
        if self.is_shared:
            try:
                with postgres(is_durable=True):
                    pass
            except NoServer as why:
                raise NotHere(f"{why}.") from why

    def race(self, course: Course) -> Finish:
        if not self.is_shared:
            return self._race(course, "")
        with postgres(is_durable=True) as server:
            return self._race(course, server.url)

    def _race(self, course: Course, database: str) -> Finish:
        said = ["--waits", "--connections", f"{course.connections}", "--database", database]
        first = _Drain(course, said)
        drains = [first]
        for _ in range(1, self.processes):
            drains.append(_Drain(course, [*said, "--joins", first.moment]))
        for drain in drains:
            drain.go()
        told = [drain.told() for drain in drains]
        return Finish(
            max(each["ended"] for each in told),
            sum(each["peak_mb"] for each in told),
            sum(each["drain_cpu_s"] for each in told),
            told[0]["kept_bytes"] or None,
        )


class _Drain:
    """A process that is ready to send, and says at which moment it stands."""

    def __init__(self, course: Course, said: list[str]) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.drain", str(course.folder), f"{course.count}"]
        self._process = subprocess.Popen(
            [*command, course.receiver.url, *said],
            cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout
        self.moment = self._process.stdout.readline().strip()
        if not self.moment:
            raise RuntimeError(f"drain did not begin: {self._process.communicate()[1][-2000:]}")

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def told(self) -> dict[str, Any]:
        said, problems = self._process.communicate(timeout=900)
        if self._process.returncode:
            raise RuntimeError(f"drain failed: {problems[-2000:]}")
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found


def write_mails(folder: Path, count: int) -> Path:
    """The mails that it would send, for the others to send as well."""
    (folder / "writing").mkdir()
    mails = folder / "mails.jsonl"
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.drain",
        folder / "writing",
        count,
        "smtp://127.0.0.1:1",
    ]
    figures([*command, "--mails", mails])
    return mails
