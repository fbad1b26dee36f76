"""What is in doubt, while others write beside it; how doubts are settled is in test_dispatcher."""

from collections.abc import Callable
from contextlib import closing

from sqlalchemy import select

from paldies.outbox.doubt import resolve_doubts
from paldies.outbox.waves import write_wave
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import attempts, messages
from tests.integration.test_ledger import LATER, one_order, settlement_of
from tests.rows import publish_campaign


class Claimed(set[str]):
    """A ledger's set of claims; something happens just before it is looked into."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def __contains__(self, claim_id: object) -> bool:
        self._happens()
        return super().__contains__(claim_id)


def test_what_is_settled_while_doubts_are_looked_for_stays_settled(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        migrations.upgrade(database)
        with database.session() as session:
            publish_campaign(session)
            claim = one_order(session)[0]
            write_wave(session, [claim], [])
            settlement = settlement_of(session, claim)

        claimed = Claimed(lambda: database.now(write_wave, [], [settlement]))
        doubts = database.now(resolve_doubts, claimed, now=LATER)

        with database.session() as session:
            status = session.scalar(select(messages.c.status).where(messages.c.id == claim.message_id))
            outcome = session.scalar(select(attempts.c.outcome))
    assert (doubts.opened, doubts.sent_again) == ((), ())
    assert (status, outcome) == ("sent", "sent")
