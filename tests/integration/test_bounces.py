"""What comes back by mail reaches the message, the address and the next leg: once, and only if it is ours."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.deliveries import DeliveryKind
from paldies.campaigns.words import EventKind
from paldies.channels.email.imap import Imap, Mailbox, MailboxError
from paldies.channels.email.returned.notice import Notice, Returned, Verdict
from paldies.clock import SteppedClock
from paldies.outbox.endings import finish
from paldies.outbox.links import Links
from paldies.outbox.marks import mark, marked
from paldies.outbox.planning import plan_new_events
from paldies.replies.bounces import NotYet, Taken, take_in
from paldies.replies.mailbox import TELL_AFTER, BounceMailbox
from paldies.store import stops
from paldies.store.database import Database
from paldies.store.schema import attempts, customers, delivery_events, mailboxes, messages, suppressions
from tests.factories import NOON, RIGA
from tests.imap_server import ImapServer
from tests.returned_mail import complaint, failed, letter, report
from tests.rows import add_customer, add_order, plans, publish_campaign
from tests.visitor import Notebook

ALICE = "alice@example.com"
LINKS = Links("", b"secret")
DAY = timedelta(days=1)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the other asks the same
REMINDER = """
title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "reminder"
after = "20m"
channels = ["email", "task"]
purpose = "service"
expires = "3d"
"""


@pytest.fixture
def house(database: Database) -> Database:
    database.now(publish_campaign, REMINDER)
    database.now(add_customer)
    return database


def send(session: Session, *, at: datetime = NOON, address: str = ALICE, name: str = "") -> int:
    """The number of an e-mail to Alice that has left; to somebody else of that name, if it is given."""
    known = select(customers.c.id).order_by(customers.c.id).limit(1)
    customer = add_customer(session, name) if name else session.execute(known).scalar_one()
    order = add_order(session, customer, EventKind.CONFIRMED, at=at)
    plan_new_events(session, plans(), RIGA, now=at)
    message: int = session.scalars(select(messages.c.id).order_by(messages.c.id.desc())).first() or 0
    claim = f"claim-{order}"
    left = {"status": "sent", "claim_id": claim, "claimed_at": at, "sent_at": at, "ended_at": at}
    session.execute(update(messages).where(messages.c.id == message).values(left))
    session.execute(
        insert(attempts).values(
            message_id=message, claim_id=claim, address=address, locale="", text_version="",
            started_at=at, outcome="sent", note="", cost=0,
        )
    )  # fmt: skip
    passage = session.execute(select(messages.c.enrolment_id).where(messages.c.id == message)).scalar_one()
    finish(session, [passage], at)  # as it is once everything was said
    return message


def send_many(session: Session, number: int) -> list[int]:
    return [send(session, name=f"Customer {one}") for one in range(number)]


def notice(
    message: int, verdict: Verdict = Verdict.HARD, *, recipient: str = ALICE, at: datetime = NOON
) -> Notice:
    told = Returned(recipient, verdict, "5.1.1" if verdict is Verdict.HARD else "", "said so")
    return Notice([told], sent_to=(f"bounce+{mark(message, LINKS)}@berzs.example",), at=at)


def hear(session: Session, what: Notice, *, now: datetime = NOON) -> Taken:
    return take_in(session, what, links=LINKS, plans=plans(), now=now)


def legs(session: Session) -> list[tuple[str, str, str]]:
    wanted = select(messages.c.channel, messages.c.status, messages.c.reason).order_by(messages.c.id)
    return [tuple(row) for row in session.execute(wanted)]


def never_again(session: Session) -> list[tuple[str, str, str, str]]:
    columns = suppressions.c.address, suppressions.c.channel, suppressions.c.purpose, suppressions.c.source
    return [tuple(row) for row in session.execute(select(*columns))]


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(delivery_events.c.kind).order_by(delivery_events.c.id)))


def test_a_mark_leads_back_to_its_message_whatever_happens_to_its_case() -> None:
    assert marked(mark(7, LINKS), LINKS) == 7
    assert marked(mark(7, LINKS).upper(), LINKS) == 7
    assert marked(mark(7, Links("", b"another")), LINKS) is None
    assert marked("x" * 26, LINKS) is None
    assert marked("", LINKS) is None


def test_no_such_mailbox_opens_the_next_leg_and_is_never_written_to_again(house: Database) -> None:
    message = house.now(send)

    taken = house.now(hear, notice(message))

    assert taken.kinds == (DeliveryKind.BOUNCED,)
    assert house.look(legs) == [("email", "failed", "bounced"), ("task", "scheduled", "")]
    assert house.look(never_again) == [(ALICE, "email", "", "bounce")]


def test_the_same_bounce_twice_is_one(house: Database) -> None:
    message = house.now(send)

    taken = [house.now(hear, notice(message)) for _ in range(3)]

    assert [one.kinds for one in taken] == [(DeliveryKind.BOUNCED,), (), ()]
    assert house.look(kinds) == ["bounced"]
    assert len(house.look(legs)) == 2


def test_a_full_mailbox_opens_the_next_leg_and_stays_alive(house: Database) -> None:
    message = house.now(send)

    house.now(hear, notice(message, Verdict.SOFT))

    assert house.look(legs) == [("email", "failed", "bounced"), ("task", "scheduled", "")]
    assert house.look(never_again) == []


@ON_SQLITE
def test_a_spam_filter_is_not_held_against_the_mailbox(house: Database) -> None:
    sent = [house.now(send, at=NOON + day * DAY) for day in range(4)]

    for day, message in enumerate(sent):
        house.now(hear, notice(message, Verdict.OURS, at=NOON + day * DAY), now=NOON + day * DAY)

    assert house.look(legs)[0] == ("email", "failed", "refused")
    assert house.look(never_again) == []


@ON_SQLITE
def test_a_mail_server_that_keeps_trying_changes_nothing(house: Database) -> None:
    message = house.now(send)

    house.now(hear, notice(message, Verdict.DELAYED))

    assert house.look(legs) == [("email", "sent", "")]
    assert house.look(kinds) == ["deferred"]


@pytest.mark.parametrize(("days", "is_dead"), [((0, 3, 6), True), ((0, 4, 8), False), ((0, 0.2, 0.4), False)])
def test_three_messages_given_up_within_a_week_are_a_dead_mailbox(
    house: Database, days: tuple[float, ...], is_dead: bool
) -> None:
    for day in days:
        at = NOON + day * DAY
        message = house.now(send, at=at)
        for _ in range(3):  # reported again and again, each message counts once
            house.now(hear, notice(message, Verdict.SOFT, at=at), now=at)

    assert house.look(never_again) == ([(ALICE, "email", "", "bounce")] if is_dead else [])


def test_a_complaint_ends_everything_promotional_and_nothing_else(house: Database) -> None:
    message = house.now(send)

    house.now(hear, notice(message, Verdict.COMPLAINT, recipient=""))

    assert house.look(legs) == [("email", "sent", "")]
    assert house.look(never_again) == [(ALICE, "", "promotional", "complaint")]


@ON_SQLITE
def test_a_complaint_counts_however_the_message_had_ended(house: Database) -> None:
    message = house.now(send)
    house.now(hear, notice(message, Verdict.SOFT))

    house.now(hear, notice(message, Verdict.COMPLAINT))

    assert (ALICE, "", "promotional", "complaint") in house.look(never_again)


@ON_SQLITE
def test_where_alice_has_her_mail_passed_on_to_is_not_her_address(house: Database) -> None:
    message = house.now(send)

    house.now(hear, notice(message, recipient="somebody@elsewhere.example"))

    assert house.look(legs)[0] == ("email", "failed", "bounced")
    assert house.look(never_again) == []


@ON_SQLITE
@pytest.mark.parametrize(
    "foreign",
    [
        Notice([Returned(ALICE, Verdict.HARD, "5.1.1")]),
        Notice([Returned(ALICE, Verdict.HARD, "5.1.1")], sent_to=("bounce@berzs.example",)),
        Notice([Returned(ALICE, Verdict.HARD)], sent_to=(f"b+{mark(1, Links('', b'x'))}@berzs.example",)),
        Notice([Returned(ALICE, Verdict.HARD)], message_ids=("1@berzs.example", f"{'a' * 26}@berzs.example")),
        Notice([Returned(ALICE, Verdict.COMPLAINT)], sent_to=(f"bounce+{mark(99, LINKS)}@berzs.example",)),
    ],
)  # fmt: skip
def test_what_is_not_ours_changes_nothing(house: Database, foreign: Notice) -> None:
    house.now(send)

    taken = house.now(hear, foreign)

    assert taken == Taken()
    assert house.look(legs) == [("email", "sent", "")]
    assert house.look(never_again) == []


@ON_SQLITE
def test_the_message_id_of_what_is_returned_tells_as_well(house: Database) -> None:
    message = house.now(send)

    house.now(
        hear, Notice([Returned(ALICE, Verdict.HARD)], message_ids=(f"{mark(message, LINKS)}@berzs.example",))
    )

    assert house.look(legs)[0] == ("email", "failed", "bounced")


@ON_SQLITE
def test_a_bounce_that_is_faster_than_our_own_books_waits(house: Database) -> None:
    message = house.now(send)
    house.now(lambda session: session.execute(update(messages).values(status="sending")))

    with pytest.raises(NotYet):
        house.now(hear, notice(message))

    assert house.look(kinds) == []


def test_too_many_bounces_in_a_day_stop_all_e_mail_once(house: Database) -> None:
    sent = house.now(send_many, 59)

    taken = [house.now(hear, notice(message, Verdict.OURS)).stopped for message in sent[:4]]
    resumed = house.now(stops.resume_all, NOON + timedelta(hours=1))
    later = house.now(hear, notice(sent[4], Verdict.OURS), now=NOON + timedelta(hours=1)).stopped

    assert taken == ["", "", "3 of 59 e-mails came back within a day", ""]
    assert resumed == ["email"]
    assert later == ""


@ON_SQLITE
def test_a_small_shops_only_bounce_stops_nothing(house: Database) -> None:
    sent = house.now(send_many, 10)

    taken = [house.now(hear, notice(message)) for message in sent[:4]]

    assert not any(one.stopped for one in taken)


@ON_SQLITE
def test_two_complaints_among_few_stop_all_e_mail(house: Database) -> None:
    sent = house.now(send_many, 25)

    taken = [house.now(hear, notice(message, Verdict.COMPLAINT)).stopped for message in sent[:2]]

    assert taken == ["", "2 of 25 e-mails were called spam within a day"]


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer().running() as server:
        yield server


def reader(
    house: Database, imap: ImapServer, *, move_to: str = "", clock: Any = None
) -> tuple[BounceMailbox, Notebook]:
    staff = Notebook()
    box = Imap(Mailbox.from_url(imap.url), move_to=move_to, patience=5)
    made = BounceMailbox(
        box, database=house, links=LINKS, plans=plans(), clock=clock or SteppedClock(NOON), staff=staff
    )
    return made, staff


def box_row(session: Session) -> Any:
    return session.execute(select(mailboxes)).one()


@ON_SQLITE
async def test_each_mail_is_read_once_and_stays_as_it_is(house: Database, imap: ImapServer) -> None:
    first, second = house.now(send), house.now(send)
    imap.deliver(report(failed("5.1.1", recipient=ALICE), to=f"bounce+{mark(first, LINKS)}@berzs.example"))
    imap.deliver(letter("I am away.", sender="Boris <boris@example.ru>", subject="Out of office"))
    box, _ = reader(house, imap)

    await box.look()
    imap.deliver(complaint("Feedback-Type: abuse", to=f"bounce+{mark(second, LINKS)}@berzs.example"))
    await box.look()
    await box.look()

    row = house.look(box_row)
    assert (row.uid_validity, row.last_uid, row.foreign_mails) == (7, 3, 1)
    assert house.look(kinds) == ["bounced", "complained"]
    assert sum("FETCH" in command for command in imap.commands) == 3
    assert not any(word in command for command in imap.commands for word in ("STORE", "MOVE", "SELECT"))


@ON_SQLITE
async def test_a_mailbox_with_new_numbers_is_read_from_the_start(house: Database, imap: ImapServer) -> None:
    message = house.now(send)
    imap.deliver(report(failed("4.4.7", recipient=ALICE), to=f"bounce+{mark(message, LINKS)}@berzs.example"))
    box, _ = reader(house, imap)
    await box.look()

    imap.uid_validity = 8
    await box.look()

    assert house.look(box_row).uid_validity == 8
    assert house.look(kinds) == ["bounced"]


@ON_SQLITE
async def test_read_mails_go_where_they_are_wanted(house: Database, imap: ImapServer) -> None:
    imap.deliver(letter("<x@example.com>: 550 5.1.1 User unknown"))
    imap.vanishing.add(imap.deliver(b"gone"))
    imap.deliver(letter("<y@example.com>: 550 5.1.1 User unknown"))
    box, _ = reader(house, imap, move_to="Read")

    await box.look()

    assert imap.moved == {"Read": [1, 3]}
    assert house.look(box_row).last_uid == 3


@ON_SQLITE
async def test_a_look_stops_where_a_message_is_just_leaving(house: Database, imap: ImapServer) -> None:
    message = house.now(send)
    house.now(lambda session: session.execute(update(messages).values(status="sending")))
    imap.deliver(report(failed("5.1.1", recipient=ALICE), to=f"bounce+{mark(message, LINKS)}@berzs.example"))
    box, _ = reader(house, imap)

    await box.look()
    before = house.look(box_row).last_uid
    house.now(lambda session: session.execute(update(messages).values(status="sent")))
    await box.look()

    assert (before, house.look(box_row).last_uid) == (0, 1)
    assert house.look(kinds) == ["bounced"]


@ON_SQLITE
async def test_a_mailbox_that_is_down_is_told_once_it_lasts(house: Database, imap: ImapServer) -> None:
    clock = SteppedClock(NOON)
    imap.password = "changed"
    box, staff = reader(house, imap, clock=clock)
    imap.password = "something else"

    await box.look()
    told_at_once = list(staff.told)
    clock.move_to(NOON + TELL_AFTER)
    await box.look()

    assert told_at_once == []
    [(topic, sentence)] = staff.told
    assert topic == "bounce mailbox"
    assert "AUTHENTICATIONFAILED" in sentence
    assert "changed" not in sentence


def test_a_wrong_password_folder_or_capability_is_said(imap: ImapServer) -> None:
    wrong = Imap(Mailbox.from_url(imap.url.replace("let", "do%20not%20let")), patience=5)
    no_folder = Imap(Mailbox.from_url(imap.url.replace("INBOX", "Bounces")), patience=5)
    no_target = Imap(Mailbox.from_url(imap.url), move_to="Nowhere", patience=5)
    imap_moves = Imap(Mailbox.from_url(imap.url), move_to="Read", patience=5)

    imap_moves.probe()
    for one, said in ((wrong, "AUTHENTICATIONFAILED"), (no_folder, "no such"), (no_target, "no such folder")):
        with pytest.raises(MailboxError, match=said):
            one.probe()
    imap.capabilities = "IMAP4rev1"
    with pytest.raises(MailboxError, match="cannot move"):
        imap_moves.probe()


def test_an_url_is_refused_in_words_and_shows_no_password() -> None:
    for url in (
        "https://a:geheim@host/",
        "imaps://host/INBOX",
        "imaps://a:geheim@host:x/",
        "imaps://a:b@h/%22",
    ):
        with pytest.raises(ValueError) as refused:
            Mailbox.from_url(url)
        assert "geheim" not in str(refused.value)
    assert "geheim" not in repr(Mailbox.from_url("imaps://a:geheim@host"))
