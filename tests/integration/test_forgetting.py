"""A person who wants to be forgotten: everything is handed out, nothing stays, and nothing comes back."""

import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Numeric, Table, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import EventKind, OrderStatus, Purpose
from paldies.channels.base import Letterhead, Rendered, Report
from paldies.customers.suppressions import Wish, suppress, suppressed
from paldies.orders.entries import Home
from paldies.orders.history import History
from paldies.orders.snapshot import Snapshot
from paldies.orders.storing import store
from paldies.orders.told import Told
from paldies.outbox.composer import kept
from paldies.outbox.endings import reopen
from paldies.privacy.export import export
from paldies.privacy.forgetting import StillLeaving, forget, lose_sight_of
from paldies.privacy.person import Person, find_people
from paldies.privacy.traces import IMPERSONAL, TRACES
from paldies.replies import deliveries
from paldies.replies.regarding import regarding
from paldies.simulation.wishes import take_over_suppressions
from paldies.store import migrations
from paldies.store.database import Database
from paldies.store.schema import customers, enrolments, forgotten_orders, messages, orders
from tests.factories import NOON, RIGA
from tests.rows import add_customer, add_order, plans
from tests.sent import ATTEMPT, send_one

ALICE, NUMBER = "alice@example.com", "+37120000001"
HER_OWN = ("alice", "ozola", "20000001", "external-77", "#1001", "brīvības", "lovely", "mezzo-forte")
TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}


def test_every_table_says_whether_it_is_about_people() -> None:
    personal = {trace.table.name for trace in TRACES}

    assert personal | IMPERSONAL == set(TABLES)
    assert not personal & IMPERSONAL


def test_whatever_refers_to_a_customer_an_order_or_a_message_is_about_people() -> None:
    people = {"customers", "orders", "messages", "enrolments"}
    referring = {
        name
        for name, table in TABLES.items()
        for key in table.foreign_keys
        if key.column.table.name in people
    }

    assert referring <= {trace.table.name for trace in TRACES}


@pytest.fixture
def known(database: Database) -> Database:
    """Alice with a row in every table that is about people, and Boris with an order."""
    with database.session() as session:
        send_one(
            session, external_id="external-77", number="#1001", address="alice@example.com", last_name="Ozola"
        )
        session.execute(update(orders).values(address="Brīvības iela 1"))
        boris = add_customer(session, "Boris", phone="+79000000000")
        add_order(session, boris, EventKind.CONFIRMED)
        suppress(session, NUMBER, reason="asked", source="person", now=NOON, channel="call")
        furnish(session)
    return database


def furnish(session: Session) -> None:
    """Something that only Alice has said in whatever table she has no row in yet."""
    person = find_people(session, ALICE)[0]
    for trace in TRACES:
        theirs = trace.whose(person)
        if not session.scalar(select(func.count()).select_from(trace.table).where(theirs)):
            session.execute(insert(trace.table).values(filled(trace.table, person)))
        with_text = {
            column.name: "mezzo-forte"
            for column in trace.table.columns
            if column.name in ("text", "script", "note", "resolution", "body", "wording")
        }
        if "content" in trace.table.c:
            pushed = zlib.compress(json.dumps({"email": ALICE}).encode())
            with_text["content"] = kept_text() if trace.table.name == "attempts" else pushed
        if with_text:
            session.execute(update(trace.table).where(theirs).values(with_text))


_EMPTY: dict[type, Any] = {Integer: 0, BigInteger: 0, Numeric: 0, Boolean: False, LargeBinary: b""}


def kept_text() -> bytes:
    return kept(Rendered("1", Letterhead("a@b.example"), ALICE, "Alice", "Hello Alice", "It is lovely."))


def filled(table: Table, person: Person) -> dict[str, Any]:
    """The columns that have to be filled in, and those that make the row Alice's."""
    known = {
        "customer_id": person.customers[0],
        "order_id": person.orders[0],
        "message_id": person.messages[0],
        "address": ALICE,
        "purpose": "promotional",
        "kind": "call_back" if table.name == "staff_tasks" else "bounced",
        "shop": "store",
    }
    if table.name == "hooks":
        known["order_id"] = "external-77"
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in known:
            values[column.name] = known[column.name]
        elif not column.nullable and column.name != "id":
            is_moment = column.name.endswith("_at") or column.name == "at"
            values[column.name] = NOON if is_moment else _EMPTY.get(type(column.type), "")
    return values


def everything(session: Session) -> Iterator[tuple[str, str]]:
    """Every row of the database, as text."""
    for name, table in TABLES.items():
        for row in session.execute(select(table)).mappings():
            content = row.get("content")
            plain = [str(value) for value in row.values() if not isinstance(value, bytes)]
            yield name, " ".join(plain).lower() + (repr(content) if content else "")


def test_everything_is_handed_out_from_every_table(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)

    told = known.look(export, person, NOON)

    assert json.loads(json.dumps(told)) == told
    assert [name for name, rows in told["tables"].items() if not rows] == []
    assert told["tables"]["attempts"][0]["content"] == {"subject": "Hello Alice", "text": "It is lovely."}
    assert told["tables"]["hooks"][0]["content"] == {"email": ALICE}
    assert "boris" not in json.dumps(told).lower()


def test_nothing_that_is_hers_stays_and_counts_do(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)
    counted = known.look(lambda session: session.scalar(select(func.count()).select_from(messages)))

    gone = known.now(forget, person, now=NOON)

    assert gone.orders == 1
    left = [(name, word) for name, row in known.look(lambda s: list(everything(s))) for word in HER_OWN
            if word in row and name != "forgotten_orders"]  # fmt: skip
    assert left == []
    assert known.look(lambda s: s.scalar(select(func.count()).select_from(messages))) == counted
    assert known.look(find_people, ALICE) == known.look(find_people, NUMBER) == []
    assert len(known.look(find_people, "boris@example.com")) == 1


def test_what_had_not_left_is_cancelled_and_what_was_sent_still_counts(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)

    known.now(forget, person, now=NOON)

    theirs = select(messages.c.status, messages.c.reason).where(messages.c.id.in_(person.messages))
    assert sorted(map(tuple, known.look(lambda s: s.execute(theirs).all()))) == [
        ("cancelled", "forgotten"),
        ("sent", ""),
    ]
    states = select(enrolments.c.state).where(enrolments.c.id.in_(person.passages))
    assert set(known.look(lambda s: s.scalars(states).all())) == {"stopped"}


def test_mail_that_comes_back_later_gives_her_passage_nothing_more_to_say(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)
    hers = enrolments.c.id.in_(person.passages)
    known.now(lambda s: s.execute(update(enrolments).where(hers).values(state="finished")))
    known.now(forget, person, now=NOON)

    known.now(reopen, person.passages[0])

    states = known.look(lambda s: s.scalars(select(enrolments.c.state).where(hers)).all())
    assert set(states) == {"finished"}


def test_what_providers_report_later_is_not_written_down(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)
    message = person.messages[0]
    doubtful = {"status": "unconfirmed", "look_at": NOON}
    known.now(lambda s: s.execute(update(messages).where(messages.c.id == message).values(doubtful)))
    known.now(forget, person, now=NOON)
    before = known.look(lambda s: sorted(everything(s)))
    bounce = Report(DeliveryKind.BOUNCED, "SM1", NOON, note=f"550 5.1.1 {ALICE}: no such user")

    told = known.now(deliveries.record, message, bounce, plans=plans(), now=NOON)
    poked = known.now(deliveries.poke, ATTEMPT, "SM1", now=NOON)

    assert (told, poked) == (False, False)
    assert known.look(lambda s: sorted(everything(s))) == before


def test_while_a_message_is_leaving_nothing_is_changed(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)
    waiting = messages.c.status == "scheduled", messages.c.id.in_(person.messages)
    known.now(lambda s: s.execute(update(messages).where(*waiting).values(status="sending")))

    with pytest.raises(StillLeaving):
        known.now(forget, person, now=NOON)

    assert known.look(find_people, ALICE) == [person]


HOME = Home(ZoneInfo(RIGA), "LV")


def tell(database: Database, **order: Any) -> None:
    """What the shop reports of one order, by a poll or a hook."""
    values = {"id": "external-77", "status": OrderStatus.CONFIRMED, "email": ALICE, "placed_at": NOON}
    snapshot = Snapshot(**values | {"currency": "EUR", "total": 100} | order)
    store(database, "store", [Told(snapshot, NOON)], home=HOME, history=History(NOON - timedelta(days=9)))


def known_orders(session: Session) -> set[str]:
    return set(session.scalars(select(orders.c.external_id)))


@pytest.fixture
def forgotten(known: Database) -> Database:
    (person,) = known.look(find_people, ALICE)
    known.now(forget, person, now=NOON)
    return known


@pytest.mark.parametrize(
    "order",
    [
        {"total": 7},
        {"email": "other@example.com"},
        {"id": "78", "email": "ALICE@example.com"},
        {"id": "79", "email": "", "phone": NUMBER},
    ],
    ids=["the same order, changed", "with another address", "a new one", "a new one without an address"],
)
def test_neither_an_old_order_nor_a_new_one_brings_her_back(
    forgotten: Database, order: dict[str, Any]
) -> None:
    before = forgotten.look(known_orders)

    tell(forgotten, **order)
    tell(forgotten, **order | {"total": 8})

    assert forgotten.look(known_orders) == before
    assert forgotten.look(find_people, ALICE) == []


def test_an_account_that_was_hers_is_known_again(database: Database) -> None:
    tell(database, customer_id="17")
    (person,) = database.look(find_people, "17")
    database.now(forget, person, now=NOON)

    tell(database, id="80", customer_id="17", email="new@example.com")

    assert database.look(known_orders) == set()
    assert ("store", "80") in database.look(
        lambda s: set(map(tuple, s.execute(select(forgotten_orders.c.shop, forgotten_orders.c.external_id))))
    )


def test_whoever_shares_her_telephone_is_taken_in_but_not_rung(forgotten: Database) -> None:
    tell(forgotten, id="81", email="carla@example.com", phone=NUMBER)

    wishes = [Wish(address, Purpose.SERVICE) for address in (ALICE, NUMBER, "carla@example.com")]
    refused = forgotten.look(suppressed, wishes, channel="call")
    assert "81" in forgotten.look(known_orders)
    assert {wish.address for wish in refused} == {ALICE, NUMBER}


def test_her_marks_are_told_to_nobody(forgotten: Database) -> None:
    marks = [row for name, row in forgotten.look(lambda s: list(everything(s))) if name == "forgotten_marks"]

    assert len(marks) == 3  # an address, a number, an account
    assert not [mark for mark in marks if "@" in mark or "+371" in mark]


def test_a_customer_of_whom_nothing_was_heard_for_long_may_come_back(known: Database) -> None:
    (person,) = known.look(find_people, ALICE)

    known.now(lose_sight_of, person, now=NOON)
    tell(known)
    back_with_the_old_one = known.look(find_people, ALICE)
    tell(known, id="82")

    assert back_with_the_old_one == []
    assert len(known.look(find_people, ALICE)[0].bought) == 1
    refused = known.look(suppressed, [Wish(NUMBER, Purpose.SERVICE)], channel="call")
    assert list(refused.values()) == ["asked"]


def test_two_who_share_an_address_are_told_apart(database: Database) -> None:
    with database.session() as session:
        for name in ("Alice", "Boris"):
            add_order(session, add_customer(session, name, kept_apart=True), email="family@example.com")

    found = database.look(find_people, "family@example.com")

    assert [one.name for one in found] == ["Alice", "Boris"]
    assert database.look(lambda s: s.scalar(select(func.count()).select_from(customers))) == 2


def test_a_simulation_forgets_whom_the_shop_has_forgotten(forgotten: Database, tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'scratch.db'}")) as scratch:
        migrations.upgrade(scratch)

        take_over_suppressions(forgotten, scratch)
        tell(scratch)
        tell(scratch, id="83")

        assert scratch.look(known_orders) == set()


def test_her_old_links_lead_nowhere(forgotten: Database) -> None:
    sent = forgotten.look(lambda s: s.scalars(select(messages.c.id).where(messages.c.status == "sent")).all())

    assert len(sent) == 1
    assert forgotten.look(regarding, sent[0]) is None
