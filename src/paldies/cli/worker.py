"""`paldies worker`: one more process that sends, on this or another machine."""

import asyncio

import typer

from paldies import logs, loops
from paldies.bootstrap.building import build
from paldies.cli.desk import read_settings
from paldies.cli.output import Refused
from paldies.cli.run import engine_for
from paldies.daemon import Daemon


def worker(ctx: typer.Context) -> None:
    """Send what is due, beside `paldies run`, which watches the shops and shows the pages.

    As many as you like, on as many machines; each needs paldies.toml and message_templates/.
    """
    settings = read_settings(ctx)
    logs.configure(secrets=settings.secrets)
    app = build(settings, watches=False)
    try:
        if app.roll is None:
            raise Refused(
                "A worker shares a PostgreSQL database with `paldies run`; [paldies] database names SQLite,"
                " which has one daemon. To carry the shop over: paldies db move --to postgresql://…"
            )
        daemon = Daemon(app)
        with asyncio.Runner(loop_factory=loops.fastest()) as runner:
            runner.run(daemon.run(engine_for(app)))
    finally:
        app.close()
