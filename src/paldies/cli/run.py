"""`paldies run`: the daemon, in this terminal or under a service manager."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer

from paldies import bootstrap, logs
from paldies.cli.desk import read_settings
from paldies.daemon import Daemon
from paldies.outbox.engines.embedded import EmbeddedEngine
from paldies.store.lock import exclusive


def run(ctx: typer.Context) -> None:
    """Watch the shops and send what is due, until stopped.

    SIGTERM and Ctrl+C let what is in flight end; a second one stops at once.
    """
    settings = read_settings(ctx)
    logs.configure()
    app = bootstrap.build(settings)
    try:
        with exclusive(app.database, app.clock.now()), asyncio.Runner(loop_factory=_loops()) as runner:
            daemon = Daemon(app)
            runner.run(daemon.run(EmbeddedEngine(), daemon.timetable()))
    finally:
        app.close()


def _loops() -> Callable[[], Any] | None:
    """uvloop, which is faster, where there is one."""
    if find_spec("uvloop") is None:
        return None
    new_loop: Callable[[], Any] = import_module("uvloop").new_event_loop
    return new_loop
