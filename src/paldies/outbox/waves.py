"""One transaction of claims and settlements."""

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from paldies.faults import Point, reach
from paldies.outbox.claims import Claim, write_claims
from paldies.outbox.settlements import Settlement, settling
from paldies.store.in_turn import in_turn

log = structlog.get_logger(__name__)


def write_wave(session: Session, claims: Sequence[Claim], settlements: Sequence[Settlement]) -> set[str]:
    """The ids of the claims that were won; settlements go first."""
    won = write_claims(session, claims, behind=settling(session, settlements))
    reach(Point.WAVE_WRITTEN)
    return won


def write_singly(session: Session, claims: Sequence[Claim], settlements: Sequence[Settlement]) -> set[str]:
    """Like `write_wave`, each member in its own savepoint: one's fault costs the others nothing."""
    won: set[str] = set()
    for settlement in settlements:
        with session.begin_nested():
            in_turn(session, *settling(session, [settlement]))
    for claim in claims:
        try:
            with session.begin_nested():
                won |= write_claims(session, [claim])
        except OperationalError:
            raise
        except Exception as error:
            why = str(error).partition("\n")[0]
            log.warning("a claim was refused", message=claim.message_id, error=why)
    return won
