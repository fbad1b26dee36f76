"""The script that everybody writes first: APScheduler has a job for each mail."""

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants.course import PROGRAMS, Course, Finish, figures
from tests.benchmarks.scratch import Scratch

_PACKAGES = ("APScheduler==3.11.3", "SQLAlchemy==2.1.9", "tzdata")


@dataclass(slots=True)
class Naive:
    name: str = "naive script"
    share: float = 0.1
    versions: str = "APScheduler 3.11.3"
    _python: Path = Path()

    def prepare(self, scratch: Scratch) -> None:
        self._python = scratch.python("apscheduler", _PACKAGES)

    def race(self, course: Course) -> Finish:
        command = [self._python, PROGRAMS / "naive.py", course.folder, course.mails, course.receiver.port]
        return Finish(**figures(command))
