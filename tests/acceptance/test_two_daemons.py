"""Two daemons on one database: the second says who holds it, since when, and goes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.whole_house import furnish
from tests.workplace import eventually

PROMPT = 60.0  # seconds within which a daemon has begun, or has given up
TEXT = "---\nsubject: Hello\n---\nHello.\n"


@contextmanager
def daemon(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """`paldies run` in a folder; gone at the end, however it went."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "paldies", "run"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def holder(folder: Path) -> str:
    """What the lock says, once there is one."""
    lock = folder / "paldies.db.lock"
    eventually(lambda: lock.exists() and "since" in lock.read_text(), within=PROMPT)
    return lock.read_text().strip()


def test_the_second_of_two_daemons_refuses_in_one_clear_sentence(tmp_path: Path) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)

    with daemon(tmp_path) as first:
        told = holder(tmp_path)
        with daemon(tmp_path) as second:
            _, said = second.communicate(timeout=PROMPT)
        still_runs = first.poll() is None
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=PROMPT)

    assert second.returncode == 1
    assert said == (
        f"a daemon is running on this database already: {told}. Stop that one first, or let it go on.\n"
    )
    assert re.fullmatch(rf"process {first.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC", told)
    assert still_runs
    assert first.returncode == 0


def test_a_daemon_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)
    with daemon(tmp_path) as first:
        killed = holder(tmp_path)
        first.kill()
        first.communicate(timeout=PROMPT)

    with daemon(tmp_path) as second:
        eventually(lambda: holder(tmp_path) != killed or second.poll() is not None, within=PROMPT)
        assert second.poll() is None, "the second daemon never began"
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=PROMPT)

    assert str(second.pid) in holder(tmp_path)
