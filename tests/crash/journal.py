"""In which order what matters was committed: triggers in the house's own database keep count."""

from collections.abc import Iterable
from contextlib import closing

from paldies.store.database import Database
from tests.crash.house import House

# SQLite has one writer, so the numbers are the order of the commits; what is rolled back leaves none.
# An attempt that is tidied up is entered anew: it was claimed only once.
_SQLITE = """
CREATE TABLE journal (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, id INTEGER, address TEXT, channel TEXT,
                      purpose TEXT, claim TEXT UNIQUE);
CREATE TRIGGER journal_claim AFTER INSERT ON attempts BEGIN
    INSERT OR IGNORE INTO journal (what, id, address, claim)
    VALUES ('claim', NEW.message_id, NEW.address, NEW.claim_id);
END;
CREATE TRIGGER journal_ended AFTER INSERT ON order_events
WHEN NEW.kind IN ('order.cancelled', 'order.refunded') BEGIN
    INSERT INTO journal (what, id) VALUES ('ended', NEW.order_id);
END;
CREATE TRIGGER journal_suppressed AFTER INSERT ON suppressions BEGIN
    INSERT INTO journal (what, address, channel, purpose)
    VALUES ('suppressed', NEW.address, NEW.channel, NEW.purpose);
END;
"""
# PostgreSQL has many: each row knows when its transaction was committed (track_commit_timestamp), which is
# before its locks are let go.
_POSTGRESQL = """
CREATE TABLE journal_rows (what TEXT, id BIGINT, address TEXT, channel TEXT, purpose TEXT, claim TEXT UNIQUE);
CREATE VIEW journal AS SELECT pg_xact_commit_timestamp(xmin) AS n, * FROM journal_rows;
CREATE FUNCTION journal_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal_rows (what, id, address, claim)
    VALUES ('claim', NEW.message_id, NEW.address, NEW.claim_id) ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;
CREATE FUNCTION journal_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal_rows (what, id) VALUES ('ended', NEW.order_id);
    RETURN NEW;
END $$;
CREATE FUNCTION journal_suppressed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal_rows (what, address, channel, purpose)
    VALUES ('suppressed', NEW.address, NEW.channel, NEW.purpose);
    RETURN NEW;
END $$;
CREATE TRIGGER journal_claim AFTER INSERT ON attempts FOR EACH ROW EXECUTE FUNCTION journal_claim();
CREATE TRIGGER journal_ended AFTER INSERT ON order_events FOR EACH ROW
    WHEN (NEW.kind IN ('order.cancelled', 'order.refunded')) EXECUTE FUNCTION journal_ended();
CREATE TRIGGER journal_suppressed AFTER INSERT ON suppressions FOR EACH ROW
    EXECUTE FUNCTION journal_suppressed();
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
          AND event.channel IN ('', messages.channel) AND event.purpose IN ('', messages.purpose)
          AND event.n < claim.n
WHERE claim.what = 'claim'
"""
_SUPPRESSED = "SELECT address FROM journal WHERE what = 'suppressed'"


def keep_journal(house: House) -> None:
    """From now on; while no daemon runs."""
    with closing(Database(house.database_url)) as database, database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        if database.is_sqlite:
            driver.executescript(_SQLITE)
        else:
            driver.execute(_POSTGRESQL)
            driver.commit()


def claimed_too_late(house: House) -> list[str]:
    """Messages that were claimed after the commit of what should have kept them."""
    return [row["late"] for query in (_ENDED_BEFORE, _SUPPRESSED_BEFORE) for row in house.rows(query)]


def unheard(house: House, wishes: Iterable[str]) -> list[str]:
    """Addresses that were told they would hear nothing more, and of which nothing is on record."""
    return sorted(set(wishes) - {row["address"] for row in house.rows(_SUPPRESSED)})
