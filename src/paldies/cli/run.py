"""`paldies run`: the daemon, in this terminal or under a service manager."""

import asyncio
from contextlib import AsyncExitStack, ExitStack

import structlog
import typer

from paldies import logs, loops
from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.cli.desk import read_settings
from paldies.daemon import Daemon
from paldies.outbox.engines import Engine
from paldies.outbox.engines.embedded import EmbeddedEngine
from paldies.settings import Settings
from paldies.store.lock import exclusive
from paldies.web.app import make_pages
from paldies.web.reception import Reception
from paldies.web.serving import serving
from paldies.web.staff.office import Office

log = structlog.get_logger(__name__)


def run(ctx: typer.Context) -> None:
    """Watch the shops and send what is due, until stopped.

    SIGTERM and Ctrl+C let what is in flight end; a second one stops at once.
    """
    settings = read_settings(ctx)
    logs.configure(secrets=settings.secrets)
    app = build(settings)
    try:
        with ExitStack() as held, asyncio.Runner(loop_factory=loops.fastest()) as runner:
            if app.roll is None:
                held.enter_context(exclusive(app.database, app.clock.now()))
            runner.run(_work(app, settings))
    finally:
        app.close()


async def _work(app: App, settings: Settings) -> None:
    """The pages open first: nothing is sent if they cannot, as messages link to them."""
    daemon = Daemon(app)
    async with AsyncExitStack() as open_pages:
        if settings.web.port:
            reception = Reception.of(app, settings)
            open_pages.callback(reception.close)
            at = await open_pages.enter_async_context(
                serving(
                    make_pages(reception, Office.of(app, settings, reception)),
                    settings.web.port,
                    host=settings.web.host,
                )
            )
            log.info("pages", at=at, public_url=settings.paldies.public_url or None)
        await daemon.run(engine_for(app))


def engine_for(app: App) -> Engine:
    """SQLite has one daemon, which does all; on PostgreSQL there may be many."""
    if app.roll is None:
        return EmbeddedEngine()
    from paldies.outbox.engines.distributed import DistributedEngine  # half a second that only it needs

    return DistributedEngine(app.database.url, patience=app.stop_timeout.total_seconds())
