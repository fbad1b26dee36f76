"""Celery on Redis: a task each, two processes, which keep their connections to the mail server."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants.course import PROGRAMS, Course, Finish
from tests.benchmarks.scratch import Scratch, Tool

_PACKAGES = ("celery==5.7.0", "redis==8.1.0", "packaging")
_REDIS = ("redis-server", "redis-tools", "libjemalloc2", "liblzf1")
_PROCESSES = 2
_BEGUN = 60.0  # seconds


@dataclass(slots=True)
class Celery:
    name: str = "Celery"
    share: float = 0.15
    versions: str = "Celery 5.7.0, Redis"
    _python: Path = Path()
    _redis: Tool | None = None

    def prepare(self, scratch: Scratch) -> None:
        self._python = scratch.python("celery", _PACKAGES)
        self._redis = scratch.debian("redis-server", _REDIS, libraries=["usr/lib/x86_64-linux-gnu"])

    def race(self, course: Course) -> Finish:
        """All tasks are queued before the workers start."""
        with self._broker(course.folder) as broker:
            told = {"BROKER": broker, "SMTP_PORT": f"{course.receiver.port}", "PYTHONPATH": str(PROGRAMS)}
            environment = {**os.environ, **told}
            subprocess.run(
                [self._python, PROGRAMS / "celery_mail.py", course.mails],
                env=environment, check=True, capture_output=True,
            )  # fmt: skip
            worker = subprocess.Popen(
                [
                    self._python, "-m", "celery", "-A", "celery_mail", "worker", "--loglevel", "error",
                    "--concurrency", f"{_PROCESSES}", "--without-gossip", "--without-mingle",
                ],
                env=environment, cwd=course.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                course.receiver.heard_until(course.count, within=600)
                megabytes = _megabytes(worker.pid)
            finally:
                worker.terminate()
                worker.wait(60)
            return Finish(None, megabytes, None)

    @contextmanager
    def _broker(self, folder: Path) -> Iterator[str]:
        """As it comes, but for its port and that it does not save its memory to the disk."""
        assert self._redis
        port = _free_port()
        server = subprocess.Popen(
            [self._redis.path, "--port", f"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            env=self._redis.environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(20)


def _megabytes(parent: int) -> float:
    """At the most, of a process and those that it has started."""
    family = {str(parent)}
    for status in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        fields = status.read_text().rpartition(")")[2].split()
        if fields[1] in family:
            family.add(status.parent.name)
    found = [Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0] for pid in family]
    return sum(map(int, found)) / 1024


def _wait_for(port: int) -> None:
    end = time.monotonic() + _BEGUN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
