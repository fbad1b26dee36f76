"""`paldies customers export` and `forget`, and `paldies links rotate`, as people type them."""

import json
import stat
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from paldies.bootstrap.databases import databases_for_wishes
from paldies.configuration import load
from paldies.customers.suppressions import suppress
from paldies.store.database import Database
from paldies.store.schema import customers, instance
from tests.factories import NOON
from tests.integration.test_cases_command import Shop, shop  # noqa: F401  # a fixture
from tests.sent import send_one

ALICE = "alice@example.com"


def test_what_is_known_of_a_person_is_written_where_only_they_who_asked_can_read_it(
    shop: Shop,  # noqa: F811
    tmp_path: Path,
) -> None:
    status, said = shop.paldies("customers", "export", ALICE, "--out", "alice.json")

    file = tmp_path / "alice.json"
    told = json.loads(file.read_text())
    assert (status, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600)
    assert "alice.json" in said
    assert told["live"]["person"]["addresses"] == ["+37120000001", ALICE]
    assert [order["number"] for order in told["live"]["tables"]["orders"]] == ["1001"]
    assert shop.paldies("customers", "export", ALICE, "--out", "alice.json")[0] == 1


def test_nobody_is_forgotten_unless_it_is_meant(shop: Shop) -> None:  # noqa: F811
    status, said = shop.paldies("customers", "forget", ALICE)

    assert status == 1
    assert "Nobody is here to answer: add --yes" in said
    assert shop.paldies("customers", "show", ALICE)[0] == 0


def test_a_forgotten_person_is_known_to_no_command_and_why_says_so(shop: Shop) -> None:  # noqa: F811
    (order,) = json.loads(shop.paldies("orders", "list", "--json")[1])

    forgotten = shop.paldies("customers", "forget", ALICE, "--yes")
    again = shop.paldies("customers", "forget", ALICE, "--yes")
    asked = (order["external_id"], f"#{order['external_id']}", ALICE.upper(), "+371 20 000 001", "999")
    why = [shop.paldies("messages", "why", one)[1] for one in asked]
    allowed = shop.paldies("customers", "allow", ALICE)

    assert forgotten[0] == 0
    assert "1 order and the words of 2 messages are gone" in forgotten[1]
    assert again == (1, f"Nobody is known by {ALICE!r}. See: paldies customers show, paldies orders list\n")
    assert ["was forgotten" in one for one in why] == [True] * 4 + [False]
    assert allowed[0] == 1
    assert "forgotten by their own wish" in allowed[1]


def test_who_was_forgotten_may_change_their_mind(shop: Shop) -> None:  # noqa: F811
    shop.paldies("customers", "forget", ALICE, "--yes")

    lifted = shop.paldies("customers", "unsuppress", ALICE)
    once_more = shop.paldies("customers", "unsuppress", ALICE)

    assert (lifted[0], once_more[0]) == (0, 1)


def test_a_person_is_forgotten_in_the_rehearsal_as_well(shop: Shop, tmp_path: Path) -> None:  # noqa: F811
    config = tmp_path / "paldies.toml"
    config.write_text(config.read_text().replace('"live"', '"rehearsal"'))
    for database in databases_for_wishes(load(config, {})):
        if database.url.database != shop.database.url.database:
            database.now(send_one)
            database.now(suppress, ALICE, reason="asked", source="person", now=NOON)
        database.close()
    config.write_text(config.read_text().replace('"rehearsal"', '"live"'))

    shop.paldies("customers", "forget", ALICE, "--yes")

    for name in ("paldies.db", "paldies.rehearsal.db"):
        with closing(Database(f"sqlite:///{tmp_path / name}")) as database:
            assert database.look(lambda s: s.scalars(select(customers.c.email)).all()) == [""]


def test_links_are_sealed_anew_and_those_of_before_go_on_working(shop: Shop) -> None:  # noqa: F811
    shop.paldies("links", "rotate")
    status, said = shop.paldies("links", "rotate")
    kept = shop.database.look(lambda s: s.scalar(select(instance.c.retired_secrets)))
    dropped = shop.paldies("links", "rotate", "--drop-old", "--yes")

    assert status == 0
    assert "work for a year more" in said
    assert kept and len(kept) == 1
    assert "lead nowhere" in dropped[1]
