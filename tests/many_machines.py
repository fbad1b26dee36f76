"""One shop on PostgreSQL, and the processes that work for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stock import HELLO
from tests.whole_house import ShopDatabase, furnish
from tests.workplace import Workplace, eventually, outside

TEXT = "---\nsubject: Hello\n---\nHello {{ customer.first_name }}.\n"
BEGUN = 120.0  # seconds within which a process has begun, on a busy machine
# A process for which a minute is a second, and half an hour no time at all.
_HURRIED = """
import sys
from datetime import timedelta
from paldies.outbox import doubt, sender
sender.BEGIN_WITHIN = 1.0
doubt.longest_silence = lambda: {"email": timedelta(0)}
from paldies.cli.root import main
main(sys.argv[1:])
"""


@dataclass(frozen=True)
class Machines(Workplace):
    """`url` is the database's, `smtp` the mail server's."""

    url: str = ""
    smtp: str = ""
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        return self.url

    @property
    def shop(self) -> ShopDatabase:
        return ShopDatabase(self.folder / "store.db")

    def furnish(self, *, rate: str = "100000/s", connections: int = 4) -> None:
        furnish(self.folder, smtp=self.smtp, text=TEXT, campaign=HELLO, main=f'database = "{self.url}"')
        settings = self.config.read_text()
        settings = settings.replace('rate = "1000/s"', f'rate = "{rate}"')
        self.config.write_text(settings.replace("connections = 4", f"connections = {connections}"))

    def start(
        self, command: str, *, fault: str = "", machine: str = "riga", is_hurried: bool = False
    ) -> "subprocess.Popen[bytes]":
        """`run` or `worker`; `fault` as in paldies.faults; each machine has a state_dir of its own."""
        environment = {**outside(), "PALDIES_FAULT": fault, "PALDIES_STATE_DIR": str(self.folder / machine)}
        program = ["-c", _HURRIED] if is_hurried else ["-m", "paldies"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *program, command],
                cwd=self.folder,
                env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.running.append(process)
        return process

    def wait_until_running(self, count: int) -> None:
        eventually(lambda: len(self.told("running")) >= count, within=BEGUN)

    def status_counts(self) -> dict[str, int]:
        wanted = "SELECT status, count(*) AS n FROM messages WHERE id >= 1000000 GROUP BY status"
        return {row["status"]: row["n"] for row in self.rows(wanted)}


@contextmanager
def machines(folder: Path, url: str, smtp: str) -> Iterator[Machines]:
    """Whatever was started is gone at the end, however it went."""
    made = Machines(folder, url=url, smtp=smtp)
    try:
        yield made
    finally:
        for process in made.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.communicate()
