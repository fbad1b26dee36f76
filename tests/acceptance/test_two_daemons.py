"""Two daemons on one database: the second says who holds it, since when, and goes."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.whole_house import furnish
from tests.workplace import eventually, outside

PROMPT = 120.0  # seconds within which a daemon has begun, or has given up
TEXT = "---\nsubject: Hello\n---\nHello.\n"


@contextmanager
def daemon(folder: Path, name: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`paldies run` in a folder; gone at the end, however it went. What it says is in `<name>.log`."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "paldies", "run"],
            cwd=folder,
            env=outside(),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def holder(folder: Path) -> str:
    """What the lock says, once there is one."""
    lock = folder / "paldies.db.lock"
    eventually(lambda: lock.exists() and "since" in lock.read_text(), within=PROMPT)
    return lock.read_text().strip()


def test_the_second_of_two_daemons_refuses_in_one_clear_sentence(tmp_path: Path) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)

    with daemon(tmp_path, "first") as first:
        told = holder(tmp_path)
        with daemon(tmp_path, "second") as second:
            second.wait(PROMPT)
        still_runs = first.poll() is None
        first.send_signal(signal.SIGTERM)
        first.wait(PROMPT)

    assert second.returncode == 1
    assert (tmp_path / "second.log").read_text() == (
        f"a daemon is running on this database already: {told}. Stop that one first, or let it go on.\n"
    )
    assert re.fullmatch(rf"process {first.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC", told)
    assert still_runs
    assert first.returncode == 0


def test_a_daemon_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)
    with daemon(tmp_path, "first") as first:
        killed = holder(tmp_path)
        first.kill()
        first.wait(PROMPT)

    with daemon(tmp_path, "second") as second:
        eventually(lambda: holder(tmp_path) != killed or second.poll() is not None, within=PROMPT)
        assert second.poll() is None, (tmp_path / "second.log").read_text()
        second.send_signal(signal.SIGTERM)
        second.wait(PROMPT)

    assert str(second.pid) in holder(tmp_path)
