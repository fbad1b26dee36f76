"""Who bought, what they agreed to, and what they never want again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from paldies.campaigns.keys import customer_uuid
from paldies.campaigns.words import MessageStatus, Purpose
from paldies.customers import merges
from paldies.customers.consents import Answer, consented, record
from paldies.customers.merges import MergeError, merge, unmerge
from paldies.customers.suppressions import Wish, lift, suppress, suppressed
from paldies.orders.snapshot import Snapshot
from paldies.orders.watcher import Watcher
from paldies.store import schema
from paldies.store.database import Database
from paldies.store.tables import Case, Enrolment, Message
from tests.factories import NOON, RIGA
from tests.fakes import FakeShop
from tests.rows import publish_campaign

DAY = timedelta(days=1)
ALICE = "alice@example.com"
PROMOTIONAL = {(ALICE, Purpose.PROMOTIONAL)}
OFFER = Wish(ALICE, Purpose.PROMOTIONAL)


class House:
    """Shops, the database behind them, and questions about it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shops: dict[str, FakeShop] = {}
        self._number = 0

    def buys(self, customer_id: str = "", email: str = ALICE, *, shop: str = "store", **changes: Any) -> str:
        """One more order, read at once; its id."""
        self._number += 1
        values = {"id": f"{self._number}", "customer_id": customer_id, "email": email, "placed_at": NOON}
        order = Snapshot(**values | changes)
        place = self.shops.setdefault(shop, FakeShop(shop))
        place.put(order)
        Watcher(self.database, place, home_zone=RIGA).watch(NOON)
        return order.id

    def owner(self, order_id: str) -> int:
        orders = schema.orders
        return self.row(select(orders.c.customer_id).where(orders.c.external_id == order_id)).customer_id

    def person(self, customer_id: int) -> Any:
        return self.row(select(schema.customers).where(schema.customers.c.id == customer_id))

    def row(self, statement: Any) -> Any:
        return self.database.look(lambda session: session.execute(statement).one())

    def agreed(self, channel: str = "email", address: str = ALICE) -> set[Purpose]:
        asked = {(address, purpose) for purpose in Purpose}
        return {purpose for _, purpose in self.database.look(consented, asked, channel=channel)}


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_the_shops_own_id_comes_first(house: House) -> None:
    first, second = house.buys("a", "alice@example.com"), house.buys("a", "alice@work.example.com")

    assert house.owner(first) == house.owner(second)
    assert house.person(house.owner(first)).email == "alice@work.example.com"


def test_guests_are_recognised_by_e_mail_also_in_another_shop(house: House) -> None:
    first, second = house.buys(), house.buys(email=" ALICE@example.com", shop="corner")

    assert house.owner(first) == house.owner(second)


def test_nobody_is_recognised_by_telephone_number(house: House) -> None:
    first = house.buys("a", "", phone="+37120000001")
    second = house.buys("b", "", phone="+37120000001")

    assert house.owner(first) != house.owner(second)


def test_nobody_is_recognised_by_a_marketplaces_relay_address(house: House) -> None:
    relay = "x1@marketplace.amazon.de"

    assert house.owner(house.buys("", relay)) != house.owner(house.buys("", relay))


def test_guests_without_an_address_are_each_a_person(house: House) -> None:
    assert house.owner(house.buys("", "")) != house.owner(house.buys("", ""))


def test_a_guests_order_7_is_not_customer_7(house: House) -> None:
    guest = house.buys("", "", id="7")
    customer = house.buys("7", "carla@example.com")

    assert house.owner(guest) != house.owner(customer)


def test_a_customer_has_the_same_uuid_wherever_the_orders_are_read(house: House) -> None:
    known, guest = house.buys("a"), house.buys("", "carla@example.com")

    assert house.person(house.owner(known)).uuid == str(customer_uuid("store", "a"))
    assert house.person(house.owner(guest)).uuid == str(customer_uuid("store", "carla@example.com"))


def test_an_older_order_that_is_read_later_does_not_change_the_name(house: House) -> None:
    order = house.buys("a", first_name="Alise")
    house.buys("a", first_name="Alice", placed_at=NOON - DAY)

    assert house.person(house.owner(order)).first_name == "Alise"


def test_two_ids_of_one_address_become_one_customer(house: House) -> None:
    first, second = house.buys("a"), house.buys("b")

    assert house.owner(first) == house.owner(second)


def test_a_merge_can_be_undone_and_is_not_done_again(house: House) -> None:
    first, second = house.buys("a"), house.buys("b")
    absorbed = house.row(select(schema.customers).where(schema.customers.c.merged_into.is_not(None)))

    undone = house.database.now(unmerge, absorbed.id)
    third = house.buys("b")

    assert undone
    assert house.owner(second) == house.owner(third) == absorbed.id
    assert house.owner(first) != absorbed.id


def test_a_merge_takes_everything_along_and_undoing_it_gives_it_back(house: House) -> None:
    first, second = house.buys("a", "alice@example.com"), house.buys("b", "alise@example.com")
    alice, alise = house.owner(first), house.owner(second)
    house.database.now(contact, second)
    owners = [table.c.customer_id for table in (schema.enrolments, schema.messages, schema.cases)]

    merged = house.database.now(merge, alise, into=alice)
    after = [house.row(select(column))[0] for column in owners]
    undone = house.database.now(unmerge, alise)

    assert (merged, undone) == (True, True)
    assert after == [alice] * 3
    assert [house.row(select(column))[0] for column in owners] == [alise] * 3
    assert house.owner(second) == alise


def test_what_was_about_the_customer_and_no_order_goes_back_too(house: House) -> None:
    first, second = house.buys("a", "alice@example.com"), house.buys("b", "alise@example.com")
    alice, alise = house.owner(first), house.owner(second)
    uuid = house.person(alise).uuid
    house.database.now(contact, second, key=f"thanks/customer:{uuid}/manual.1", of_order=False)

    house.database.now(merge, alise, into=alice)
    house.database.now(unmerge, alise)

    assert house.row(select(schema.messages.c.customer_id))[0] == alise


def test_a_merge_waits_while_a_message_is_just_leaving(house: House) -> None:
    order = house.buys("a")
    house.database.now(contact, order, status=MessageStatus.SENDING)

    while_leaving = house.owner(house.buys("b"))
    house.database.now(lambda s: s.execute(update(schema.messages).values(status=MessageStatus.SENT.value)))
    house.buys("c", "carla@example.com")

    assert while_leaving != house.owner(order)
    assert house.owner("2") == house.owner(order)


def test_undoing_a_merge_waits_too(house: House) -> None:
    order = house.buys("a")
    house.buys("b")
    absorbed = house.row(select(schema.customers.c.id).where(schema.customers.c.merged_into.is_not(None)))
    house.database.now(contact, order, status=MessageStatus.SENDING)

    assert not house.database.now(unmerge, absorbed.id)


def test_merges_that_make_no_sense_are_refused(house: House) -> None:
    first, second = house.owner(house.buys("a")), house.owner(house.buys("b", "carla@example.com"))
    house.database.now(merge, second, into=first)

    for attempt in ((second, first), (first, first)):
        with pytest.raises(MergeError):
            house.database.now(merge, attempt[0], into=attempt[1])
    with pytest.raises(MergeError):
        house.database.now(unmerge, first)


def test_settling_merges_twice_does_nothing_more(house: House) -> None:
    house.buys("a")
    house.buys("b")

    assert house.database.now(merges.settle) == 0


def contact(
    session: Session,
    order_id: str,
    *,
    key: str = "first_day/store:1/order.confirmed.1",
    of_order: bool = True,
    status: MessageStatus = MessageStatus.SCHEDULED,
) -> None:
    """An enrolment with a message, and an open case."""
    order = session.execute(select(schema.orders).where(schema.orders.c.external_id == order_id)).one()
    enrolment = Enrolment(
        key=key, campaign="first_day", plan_version_id=publish_campaign(session),
        customer_id=order.customer_id, order_id=order.id if of_order else None, event_at=NOON,
        created_at=NOON,
    )  # fmt: skip
    session.add(enrolment)
    session.flush()
    session.add(Case(customer_id=order.customer_id, order_id=order.id, opened_at=NOON))
    session.add(
        Message(
            key=f"{key}/1/1", enrolment_id=enrolment.id, customer_id=order.customer_id, campaign="first_day",
            step="1", leg=1, channel="email", purpose=Purpose.SERVICE, status=status, send_at=NOON,
            created_at=NOON,
        )
    )  # fmt: skip


def test_a_shops_checkboxes_are_consents(house: House) -> None:
    house.buys(phone="+37120000001", accepts_email=True, accepts_sms=True, accepts_call=False)

    assert house.agreed("email") == {Purpose.PROMOTIONAL}
    assert house.agreed("sms", "+37120000001") == {Purpose.PROMOTIONAL, Purpose.SERVICE}
    assert house.agreed("call", "+37120000001") == set()


def test_a_consent_is_dated_when_it_was_given_or_else_with_the_order(house: House) -> None:
    house.buys(accepts_email=True, placed_at=NOON - DAY)
    house.buys(email="carla@example.com", accepts_email=True, consent_at=NOON - 2 * DAY, placed_at=NOON - DAY)

    dates = house.database.look(lambda s: s.scalars(select(schema.consents.c.granted_at)).all())
    assert set(dates) == {NOON - DAY, NOON - 2 * DAY}


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_latest_answer_counts_in_whatever_order_it_is_read(house: House, newest_first: bool) -> None:
    answers = [(NOON - 3 * DAY, True), (NOON - 2 * DAY, False), (NOON - DAY, True), (NOON, False)]

    for given_at, agreed in reversed(answers) if newest_first else answers:
        house.buys(accepts_email=agreed, placed_at=given_at)

    assert house.agreed() == set()


def test_a_no_withdraws_only_what_that_shop_said(house: House) -> None:
    yes = Answer(ALICE, "email", Purpose.PROMOTIONAL, agreed=True, given_at=NOON - DAY)
    house.database.now(record, [yes], source="person")

    house.buys(accepts_email=False)

    assert house.agreed() == {Purpose.PROMOTIONAL}


def test_an_address_that_nobody_asked_about_has_not_agreed(house: House) -> None:
    house.buys(accepts_email=None)

    assert house.agreed() == set()
    assert house.database.look(consented, set(), channel="email") == set()


def test_a_suppression_holds_for_its_channel_and_purpose(house: House) -> None:
    house.database.now(
        suppress,
        ALICE,
        channel="email",
        purpose="promotional",
        reason="unsubscribed",
        source="unsubscribe",
        now=NOON,
    )

    asked = {OFFER, Wish(ALICE, Purpose.SERVICE), Wish("carla@example.com", Purpose.PROMOTIONAL)}
    assert house.database.look(suppressed, asked, channel="email") == {OFFER: "unsubscribed"}
    assert house.database.look(suppressed, asked, channel="sms") == {}


def test_a_suppression_of_everything_holds_everywhere(house: House) -> None:
    news = house.database.now(suppress, ALICE, reason="she asked us to", source="person", now=NOON)
    again = house.database.now(suppress, ALICE, reason="once more", source="person", now=NOON)

    assert (news, again) == (True, False)
    assert house.database.look(suppressed, {OFFER}, channel="sms") == {OFFER: "she asked us to"}


def test_a_shops_yes_never_lifts_a_suppression_but_a_person_may(house: House) -> None:
    house.database.now(suppress, ALICE, reason="she asked us to", source="person", now=NOON)
    house.buys(accepts_email=True)
    before = house.database.look(suppressed, {OFFER}, channel="email")

    lifted = house.database.now(lift, ALICE, by="Anna", now=NOON)

    assert before
    assert lifted == 1
    assert house.database.look(suppressed, {OFFER}, channel="email") == {}


def test_what_is_written_about_an_address_moves_everybody_whose_orders_use_it(house: House) -> None:
    shared = "+37120000001"
    people = [
        house.owner(house.buys("a", phone=shared)),
        house.owner(house.buys("b", "boris@example.com", phone=shared)),
        house.owner(house.buys("c", "carla@example.com")),
    ]

    def revisions() -> list[int]:
        return [house.person(person).revision for person in people]

    before = revisions()
    house.database.now(suppress, shared, reason="STOP", source="unsubscribe", now=NOON)
    suppressed_at = revisions()
    yes = Answer(shared, "sms", Purpose.SERVICE, agreed=True, given_at=NOON)
    house.database.now(record, [yes], source="person")
    agreed_at = revisions()
    house.database.now(lift, shared, by="Anna", now=NOON)

    for earlier, later in ((before, suppressed_at), (suppressed_at, agreed_at), (agreed_at, revisions())):
        assert [b > a for a, b in zip(earlier, later, strict=True)] == [True, True, False]


def test_a_no_that_is_not_news_moves_nobody(house: House) -> None:
    order = house.buys(accepts_email=True)
    revision = house.person(house.owner(order)).revision
    same = Answer(ALICE, "email", Purpose.PROMOTIONAL, agreed=True, given_at=NOON)

    house.database.now(record, [same], source="shop:store")

    assert house.person(house.owner(order)).revision == revision
