"""django-post_office: queued in SQLite, sent in one batch by its five threads."""

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants.course import PROGRAMS, Course, Finish, figures
from tests.benchmarks.scratch import Scratch

_PACKAGES = ("django-post_office==3.12.0", "Django==5.2.19")


@dataclass(slots=True)
class PostOffice:
    name: str = "django-post_office"
    share: float = 0.25
    versions: str = ", ".join(_PACKAGES).replace("==", " ")
    _python: Path = Path()

    def prepare(self, scratch: Scratch) -> None:
        self._python = scratch.python("django", _PACKAGES)

    def race(self, course: Course) -> Finish:
        command = [
            self._python,
            PROGRAMS / "post_office_batch.py",
            course.folder,
            course.mails,
            course.receiver.port,
        ]
        return Finish(**figures(command))
