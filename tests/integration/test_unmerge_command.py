"""`paldies customers unmerge`: two who were taken for one."""

import json

from paldies.orders.snapshot import Snapshot
from paldies.orders.watcher import Watcher
from tests.factories import NOON, RIGA
from tests.fakes import FakeShop
from tests.integration.test_cases_command import Shop, shop  # noqa: F401  # a fixture

FAMILY = "family@example.com"


def test_two_of_one_address_are_taken_apart_and_keep_their_orders(shop: Shop) -> None:  # noqa: F811
    place = FakeShop("store")
    for number, customer in (("7001", "anna"), ("7002", "boris")):
        place.put(Snapshot(number, customer_id=customer, email=FAMILY, number=number, placed_at=NOON))
        Watcher(shop.database, place, home_zone=RIGA).watch(NOON)
    merged = json.loads(shop.paldies("customers", "show", FAMILY, "--json")[1])
    absorbed = "boris" if len(merged["known_as"]) == 1 and merged["known_as"][0]["id"] == "anna" else "anna"

    apart = shop.paldies("customers", "unmerge", absorbed)
    again = shop.paldies("customers", "unmerge", absorbed)
    alone = json.loads(shop.paldies("customers", "show", absorbed, "--json")[1])

    assert [order["number"] for order in merged["orders"]] == ["7001", "7002"]
    assert len(merged["was"]) == 1
    assert apart == (0, f"{absorbed} is a customer of their own again.\n")
    assert again[0] == 1
    assert "was not merged with anybody" in again[1]
    assert (len(alone["orders"]), alone["was"]) == (1, [])
