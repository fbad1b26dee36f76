"""In which order what matters was committed: triggers in the house's own database keep count."""

import sqlite3
from contextlib import closing

from tests.crash.house import House

# SQLite has one writer, so the numbers are the order of the commits; what is rolled back leaves none.
# An attempt that is tidied up is entered anew: it was claimed only once.
_JOURNAL = """
CREATE TABLE journal (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, id INTEGER, address TEXT, channel TEXT,
                      claim TEXT UNIQUE);
CREATE TRIGGER journal_claim AFTER INSERT ON attempts BEGIN
    INSERT OR IGNORE INTO journal (what, id, address, claim)
    VALUES ('claim', NEW.message_id, NEW.address, NEW.claim_id);
END;
CREATE TRIGGER journal_ended AFTER INSERT ON order_events
WHEN NEW.kind IN ('order.cancelled', 'order.refunded') BEGIN
    INSERT INTO journal (what, id) VALUES ('ended', NEW.order_id);
END;
CREATE TRIGGER journal_suppressed AFTER INSERT ON suppressions BEGIN
    INSERT INTO journal (what, address, channel) VALUES ('suppressed', NEW.address, NEW.channel);
END;
"""
_ENDED_BEFORE = """
SELECT messages.key || ' after ' || event.what AS late
FROM journal AS claim JOIN messages ON messages.id = claim.id
     JOIN enrolments ON enrolments.id = messages.enrolment_id
     JOIN journal AS event ON event.what = 'ended' AND event.id = enrolments.order_id AND event.n < claim.n
WHERE claim.what = 'claim'
"""
_SUPPRESSED_BEFORE = """
SELECT messages.key || ' after ' || event.what AS late
FROM journal AS claim JOIN messages ON messages.id = claim.id
     JOIN journal AS event ON event.what = 'suppressed' AND event.address = claim.address
          AND event.channel IN ('', messages.channel) AND event.n < claim.n
WHERE claim.what = 'claim'
"""


def keep_journal(house: House) -> None:
    """From now on; while no daemon runs."""
    with closing(sqlite3.connect(house.database)) as connection:
        connection.executescript(_JOURNAL)


def claimed_too_late(house: House) -> list[str]:
    """Messages that were claimed after the commit of what should have kept them."""
    return [row["late"] for query in (_ENDED_BEFORE, _SUPPRESSED_BEFORE) for row in house.rows(query)]
