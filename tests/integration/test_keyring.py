"""The secrets of links are changed without breaking the links that people hold in their hands."""

from datetime import timedelta

from paldies.outbox.links import Links
from paldies.store.database import Database
from paldies.store.keyring import STILL_GOOD, keyring, present_keyring, rotate
from tests.factories import NOON

DAY = timedelta(days=1)


def test_links_of_before_work_for_a_year_and_are_known_as_ours_for_ever(database: Database) -> None:
    old = Links.of("", database.now(keyring, NOON))
    token = old.token(7)

    database.now(rotate, NOON, drop_old=False)

    within = Links.of("", database.look(present_keyring, NOON + STILL_GOOD - DAY))
    beyond = Links.of("", database.look(present_keyring, NOON + STILL_GOOD + DAY))
    assert within.token(7) != token
    assert (within.message_id(token), within.has_expired(token)) == (7, False)
    assert (beyond.message_id(token), beyond.has_expired(token)) == (None, True)


def test_where_the_secret_got_out_no_link_of_before_works(database: Database) -> None:
    first = Links.of("", database.now(keyring, NOON)).token(7)
    database.now(rotate, NOON, drop_old=False)
    second = Links.of("", database.now(keyring, NOON)).token(7)

    database.now(rotate, NOON + DAY, drop_old=True)

    links = Links.of("", database.look(present_keyring, NOON + DAY))
    assert [links.message_id(token) for token in (first, second)] == [None, None]
    assert links.message_id(links.token(7)) == 7


def test_a_daemon_that_runs_takes_a_new_secret_over(database: Database) -> None:
    links = Links.of("https://care.example.com", database.now(keyring, NOON))
    before = links.unsubscribe(7)

    database.now(rotate, NOON, drop_old=False)
    links.renew(database.look(present_keyring, NOON))

    assert links.unsubscribe(7) != before
    assert links.message_id(before.rpartition("/")[2]) == 7
