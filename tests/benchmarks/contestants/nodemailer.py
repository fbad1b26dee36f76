"""nodemailer with its pool of connections: it is handed finished texts, and only sends."""

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants.course import PROGRAMS, Course, Finish, figures
from tests.benchmarks.scratch import Scratch

_PACKAGE = "nodemailer@10.6.0"


@dataclass(slots=True)
class Nodemailer:
    name: str = "nodemailer, pooled"
    share: float = 0.5
    versions: str = _PACKAGE.replace("@", " ")
    _home: Path = Path()

    def prepare(self, scratch: Scratch) -> None:
        self._home = scratch.node("node", [_PACKAGE])

    def race(self, course: Course) -> Finish:
        command = [
            "node",
            PROGRAMS / "nodemailer.mjs",
            course.mails,
            course.receiver.port,
            course.connections,
        ]
        return Finish(**figures(command, cwd=self._home))
