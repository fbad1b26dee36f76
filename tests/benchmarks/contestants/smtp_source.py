"""smtp-source, in C: what can be pushed into this receiver at all; it keeps no record of anything."""

import json
import resource
import subprocess
import time
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from tests.benchmarks.contestants.course import Course, Finish
from tests.benchmarks.scratch import Scratch, Tool


@dataclass(slots=True)
class SmtpSource:
    name: str = "smtp-source"
    share: float = 3.0
    versions: str = "Postfix's smtp-source"
    _tool: Tool | None = None

    def prepare(self, scratch: Scratch) -> None:
        self._tool = scratch.debian("smtp-source", ["postfix"], libraries=["usr/lib/postfix"])

    def race(self, course: Course) -> Finish:
        """One mail, again and again, over connections that stay open."""
        assert self._tool
        mail = course.folder / "mail"
        mail.write_bytes(_first_of(course))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [
                self._tool.path, "-d", "-s", f"{course.connections}", "-m", f"{course.count}", "-F", mail,
                "-f", "anna@berzs.example", "-t", "customer@example.com",
                f"inet:127.0.0.1:{course.receiver.port}",
            ],
            env=self._tool.environment, check=True, capture_output=True, timeout=900,
        )  # fmt: skip
        ended, after = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Finish(ended, None, work)


def _first_of(course: Course) -> bytes:
    with course.mails.open(encoding="utf-8") as lines:
        mail = json.loads(lines.readline())
    message = EmailMessage()
    message["From"] = mail["from"]
    message["To"] = Address(mail["to_name"], addr_spec=mail["to"])
    message["Subject"] = mail["subject"]
    message.set_content(mail["text"], cte="base64")
    message.add_alternative(mail["html"], subtype="html", cte="base64")
    return message.as_bytes()  # with bare line ends, as it wants them
