"""`paldies` and its servers in processes that begin at once: what takes two seconds to load is shared."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.crash.daemon_process import Ground, become
from tests.crash.house import House
from tests.workplace import PROMPT

_forkserver = get_context("forkserver")
_forkserver.set_forkserver_preload(
    [
        "paldies.cli.run",
        "paldies.cli.worker",
        "paldies.cli.messages",
        "paldies.store.migrations",
        "paldies.channels.call.channel",
        "paldies.channels.sms.channel",
        "paldies.web.app",
        "uvicorn.protocols.http.h11_impl",
        "tests.crash.daemon_process",
        "tests.crash.mail_server",
        "tests.crash.telephone_server",
    ]
)


@contextmanager
def running(
    house: House, command: str, environment: Mapping[str, str], ground: Ground, *, log: Path
) -> Iterator[ForkServerProcess]:
    """`paldies run`, or `worker`; when the block ends, it is gone."""
    process = begin(house, [command], environment, ground, out=log, err=log)
    try:
        yield process
    finally:
        process.kill()
        process.join(PROMPT)


def ask(house: House, *arguments: str) -> str:
    """What the command answers, on stdout or else stderr. AssertionError if it fails."""
    out, err = house.folder / "answer.out", house.folder / "answer.err"
    for file in (out, err):
        file.write_text("")
    process = begin(house, arguments, house.environment(), Ground(house.time), out=out, err=err)
    process.join(PROMPT)
    assert process.exitcode == 0, err.read_text()
    return out.read_text() or err.read_text()


def begin(
    house: House,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    ground: Ground,
    *,
    out: Path,
    err: Path,
) -> ForkServerProcess:
    """A new process that is the command with these arguments, in just this environment."""
    command = ["--config", str(house.config), *arguments]
    process = _forkserver.Process(target=become, args=(command, environment, out, err, ground), daemon=True)
    process.start()
    return process


class Server:
    """A server's process, and the line on which it is told how troubled to be."""

    def __init__(self, serve: Callable[..., None], *arguments: Any) -> None:
        self._control, theirs = Pipe()
        self._process = _forkserver.Process(target=serve, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.address = _heard(self._control)

    def be_troubled(self, share: float) -> None:
        self._control.send(share)

    @property
    def troubles(self) -> int:
        """How often it has failed somebody so far."""
        self._control.send("count")
        return int(_heard(self._control))

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._control.send(None)
        self._process.join(PROMPT)
        self._process.kill()


def is_stopped(process: ForkServerProcess) -> bool:
    """By SIGSTOP, its own or another's."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] == "T"


def is_death(process: ForkServerProcess) -> bool:
    return process.exitcode == -signal.SIGKILL


def _heard(control: Connection) -> Any:
    assert control.poll(PROMPT), "a server does not answer"
    return control.recv()
