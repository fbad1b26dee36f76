"""`paldies` in processes of its own that begin at once: what takes two seconds to load is shared."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from paldies.cli.root import main
from tests.small_house import House
from tests.workplace import PROMPT

NOWHERE = "smtp://127.0.0.1:9"  # for commands that do not write to anybody

_forkserver = get_context("forkserver")
_forkserver.set_forkserver_preload(["paldies.cli.run", "paldies.cli.messages", "paldies.store.migrations"])


@contextmanager
def daemon(house: House, smtp_url: str) -> Iterator[ForkServerProcess]:
    """`paldies run`; when the block ends, it is gone."""
    process = begin(house, ["run"], house.environment(smtp_url), out=house.log, err=house.log)
    try:
        yield process
    finally:
        process.kill()
        process.join(PROMPT)


def ask(house: House, *arguments: str, code: int = 0) -> str:
    """What the command answers, on stdout or else stderr."""
    out, err = house.folder / "answer.out", house.folder / "answer.err"
    for file in (out, err):
        file.write_text("")
    process = begin(house, arguments, house.environment(NOWHERE), out=out, err=err)
    process.join(PROMPT)
    assert process.exitcode == code, err.read_text()
    return out.read_text() or err.read_text()


def begin(
    house: House, arguments: Sequence[str], environment: Mapping[str, str], *, out: Path, err: Path
) -> ForkServerProcess:
    """A new process that is the command with these arguments, in just this environment."""
    command = ["--config", str(house.config), *arguments]
    process = _forkserver.Process(target=_become, args=(command, environment, out, err), daemon=True)
    process.start()
    return process


def _become(arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> None:
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, stream.fileno())
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    main(arguments)
