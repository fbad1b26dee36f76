"""Several processes begin at the same moment on a new database: what there is one of is made once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import Session

from paldies.store import installation
from paldies.store.database import Database
from paldies.store.keyring import keyring
from paldies.templates.memory import load_texts, save_texts
from paldies.templates.names import TextName
from paldies.templates.source import make_source
from tests.factories import NOON

MANY = 4


def together(database: Database, do: Callable[[Session], object]) -> list[object]:
    """What each of them gets, who all have begun their transactions before the first one does it."""
    ready = Barrier(MANY)

    def one(_number: int) -> object:
        with database.session() as session:
            session.connection()
            ready.wait(timeout=30)
            return do(session)

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


@pytest.mark.parametrize("secret", [lambda session: keyring(session, NOON).secret, installation.salt])
def test_secrets_are_made_once(shared: Database, secret: Callable[[Session], bytes]) -> None:
    made = together(shared, secret)

    assert set(made) == {shared.now(secret)}


def test_machines_belong_to_one_installation(shared: Database) -> None:
    made = together(shared, lambda session: installation.own_row(session).uuid)

    assert set(made) == {shared.now(installation.own_row).uuid}


def test_texts_are_written_down_once(shared: Database) -> None:
    source = make_source(
        TextName("first_day", "hello", "email"), "Hello.", layout="", senders="", attachments=()
    )

    together(shared, lambda session: save_texts(session, [source], now=NOON))

    assert shared.look(load_texts) == [source]
