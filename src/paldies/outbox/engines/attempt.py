"""Runs a tick; whatever goes wrong, the next one is tried all the same."""

import structlog
from sqlalchemy.exc import OperationalError

from paldies.outbox.engines import Tick

log = structlog.get_logger(__name__)


async def attempt(tick: Tick) -> None:
    try:
        await tick.run()
    except OperationalError as error:  # locked, full, gone: where it was met tells nobody anything
        why = f"{error.orig}; see what else has it open, and whether its disk is full"
        log.error("the database cannot be used now; it will be tried again", tick=tick.name, why=why)
    except Exception:
        log.exception("a tick failed; it will be tried again", tick=tick.name)
