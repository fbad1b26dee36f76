"""`paldies` in processes of its own that begin at once: what takes two seconds to load is shared."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from paldies import faults
from paldies.cli.root import main

_forkserver = get_context("forkserver")
_forkserver.set_forkserver_preload(["paldies.cli.run", "paldies.cli.messages", "paldies.store.migrations"])


def begin(
    arguments: Sequence[str], environment: Mapping[str, str], *, out: Path, err: Path
) -> ForkServerProcess:
    """A new process that is the command with these arguments, and nothing of ours in its environment."""
    process = _forkserver.Process(
        target=_become, args=(list(arguments), dict(environment), str(out), str(err)), daemon=True
    )
    process.start()
    return process


def _become(arguments: Sequence[str], environment: Mapping[str, str], out: str, err: str) -> None:
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, stream.fileno())
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    importlib.reload(faults)  # it has looked at the environment already
    main(arguments)
