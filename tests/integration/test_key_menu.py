"""What Twilio is told when somebody presses a key, over real HTTP, as Twilio signs it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from twilio.request_validator import RequestValidator

from paldies.campaigns.words import MessageStatus
from paldies.store.database import Database
from paldies.store.schema import messages, staff_tasks, suppressions
from paldies.templates.values import ShopCard
from tests.factories import NOON, RIGA
from tests.sent import ATTEMPT, send_one
from tests.visitor import AUTH_TOKEN, FORM, PUBLIC_URL, Answer, Notebook, front_desk, received

NUMBER = "+37120000001"
KEYS = f"/twilio/{ATTEMPT}/keys"
DIALLED = f"/twilio/{ATTEMPT}/dialled"
STATUS = f"/twilio/{ATTEMPT}/status"
SID = "CA" + "0" * 32
CALL = {"CallSid": SID, "AccountSid": "AC" + "0" * 32, "CallStatus": "in-progress", "To": NUMBER}


@pytest.fixture
def called(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Alice's telephone has rung, and she listens."""
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        database.now(send_one, channel="call", address=NUMBER, locale="lv")
        yield database


def verbs(answer: Answer) -> list[str]:
    """The TwiML verbs, in their order, those inside others after them."""
    assert answer.headers["content-type"].startswith("application/xml")
    return [element.tag for element in ElementTree.fromstring(answer.text).iter()][1:]


def said(answer: Answer) -> str:
    return " ".join(element.text or "" for element in ElementTree.fromstring(answer.text).iter("Say"))


def tasks(database: Database) -> list[tuple[str, datetime]]:
    wanted = select(staff_tasks.c.kind, staff_tasks.c.due_at)
    return [(row.kind, row.due_at) for row in database.look(lambda session: session.execute(wanted).all())]


async def test_1_puts_the_customer_through_to_the_shop(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio(KEYS, CALL | {"Digits": "1"})

    root = ElementTree.fromstring(answer.text)
    dial = root.find("Dial")
    assert dial is not None
    assert verbs(answer) == ["Say", "Dial", "Number"]
    assert dial.findtext("Number") == "+37120000000"
    assert dial.get("action") == f"{PUBLIC_URL}{DIALLED}"
    assert dial.get("record") == "do-not-record"
    assert [(say.get("voice"), say.get("language")) for say in root.iter("Say")] == [
        ("Google.lv-LV-Standard-B", "lv-LV")
    ]


async def test_who_cannot_be_put_through_is_rung_back(called: Database) -> None:
    desk = front_desk(called, staff := Notebook())

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio(DIALLED, CALL | {"DialCallStatus": "no-answer"})

    assert "Mēs Jums atzvanīsim" in said(answer)
    assert [kind for kind, _ in tasks(called)] == ["call_back"]
    assert len(staff.told) == 1


async def test_who_has_talked_to_the_shop_is_not_rung_back(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio(DIALLED, CALL | {"DialCallStatus": "completed"})

    assert verbs(answer) == ["Hangup"]
    assert tasks(called) == []


@pytest.mark.parametrize(("digit", "phone"), [("2", "+371 20000000"), ("1", ""), ("1", "ask at the counter")])
async def test_2_has_somebody_ring_back_and_so_has_1_where_the_shop_has_no_telephone(
    called: Database, digit: str, phone: str
) -> None:
    desk = front_desk(called, staff := Notebook(), shop=ShopCard("Bērzs", phone=phone))

    async with received(desk) as twilio:
        answers = [await twilio.post_as_twilio(KEYS, CALL | {"Digits": digit}) for _ in range(2)]

    assert [verbs(answer) for answer in answers] == [["Say", "Hangup"]] * 2
    assert "Veikala darbinieks Jums atzvanīs" in said(answers[0])
    assert tasks(called) == [
        ("call_back", datetime(2026, 11, 19, 10, tzinfo=ZoneInfo(RIGA)))
    ]  # after a holiday
    assert {topic for topic, _ in staff.told} == {"call back 1"}


async def test_9_ends_all_calls_to_that_number_and_nothing_else(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio(KEYS, CALL | {"Digits": "9"})

    rows = called.look(lambda session: session.execute(select(suppressions)).mappings().all())
    assert "Mēs Jums vairs nezvanīsim" in said(answer)
    assert {(row["address"], row["channel"], row["purpose"]) for row in rows} == {
        (NUMBER, "call", ""),
        (NUMBER, "task", ""),
    }


async def test_another_key_is_asked_about_once_and_then_the_call_ends(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        first = await twilio.post_as_twilio(KEYS, CALL | {"Digits": "5"})
        second = await twilio.post_as_twilio(f"{KEYS}?again=yes", CALL | {"Digits": "5"})
        late = await twilio.post_as_twilio(f"{KEYS}?again=yes", CALL | {"Digits": "9"})

    gather = ElementTree.fromstring(first.text).find("Gather")
    assert gather is not None
    assert gather.get("action") == f"{PUBLIC_URL}{KEYS}?again=yes"
    assert verbs(first) == ["Say", "Gather", "Say", "Say", "Say", "Say", "Hangup"]
    assert verbs(second) == ["Say", "Hangup"]
    assert "vairs nezvanīsim" in said(late)


async def test_the_menu_offers_no_person_where_there_is_no_telephone(called: Database) -> None:
    desk = front_desk(called, Notebook(), shop=ShopCard("Bērzs"))

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio(KEYS, CALL)

    assert "nospiediet viens" not in said(answer)
    assert "nospiediet divi" in said(answer)


async def test_whoever_is_on_the_line_hears_when_it_could_not_be_written_down(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        called._writers.shutdown()
        answers = [await twilio.post_as_twilio(KEYS, CALL | {"Digits": digit}) for digit in "29"]

    assert all("pašlaik to nevaru pierakstīt" in said(answer) for answer in answers)


async def test_nobody_but_twilio_is_believed(called: Database) -> None:
    desk = front_desk(called, Notebook())
    form = CALL | {"Digits": "9"}
    right = RequestValidator(AUTH_TOKEN).compute_signature(f"{PUBLIC_URL}{KEYS}", form)
    settings = {"X_Twilio_Webhooks_Signature_Settings": "key=k,algorithm=HMAC_MD5"}

    async with received(desk) as visitor:
        answers = [
            await visitor.post(KEYS, form),
            await visitor.post(KEYS, form, X_Twilio_Signature=""),
            await visitor.post(KEYS, form, X_Twilio_Signature="ā".encode().decode("latin-1")),
            await visitor.post(KEYS, form, X_Twilio_Signature=right[:-2]),
            await visitor.post(KEYS, form | {"To": "+37120000002"}, X_Twilio_Signature=right),
            await visitor.post(f"{KEYS}?again=yes", form, X_Twilio_Signature=right),
            await visitor.post(KEYS, b'{"Digits": "9"}', kind="application/json", X_Twilio_Signature=right),
            await visitor.post(KEYS, b"\xff", kind="multipart/form-data", X_Twilio_Signature=right),
            await visitor.post(KEYS, form, X_Twilio_Signature=right, **settings),
            await visitor.post_as_twilio(KEYS, form, token="another"),
        ]

    assert [answer.status for answer in answers] == [403] * len(answers)
    assert called.look(lambda session: session.execute(select(suppressions)).all()) == []


async def test_without_a_token_nobody_can_sign(called: Database) -> None:
    desk = front_desk(called, Notebook(), token="")

    async with received(desk) as visitor:
        answer = await visitor.post_as_twilio(KEYS, CALL | {"Digits": "9"}, token="")

    assert answer.status == 403


async def test_a_signature_by_shared_key_is_understood(called: Database) -> None:
    desk = front_desk(called, Notebook())
    form = CALL | {"Digits": "9"}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(f"{PUBLIC_URL}{KEYS}", form, "HMAC_SHA256")

    async with received(desk) as visitor:
        answer = await visitor.post(
            KEYS,
            form,
            kind=f"{FORM}; charset=UTF-8",
            X_Twilio_Signature=signature,
            X_Twilio_Webhooks_Signature_Settings="key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
        )

    assert answer.status == 200


async def test_an_attempt_that_is_not_ours_is_not_found(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        answer = await twilio.post_as_twilio("/twilio/nobody/keys", CALL | {"Digits": "9"})

    assert answer.status == 404


async def test_news_of_a_call_have_it_asked_for_at_once(called: Database) -> None:
    desk = front_desk(called, Notebook())
    later = NOON + timedelta(minutes=30)
    called.now(
        lambda session: session.execute(update(messages).values(look_at=later).where(messages.c.id == 1))
    )

    async with received(desk) as twilio:
        answers = [await twilio.post_as_twilio(STATUS, CALL | {"SequenceNumber": "1"}) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    row = called.look(lambda session: session.execute(select(messages).where(messages.c.id == 1)).one())
    assert (row.look_at, row.status) == (NOON, MessageStatus.SENT)


async def test_news_of_nothing_are_taken_without_a_word(called: Database) -> None:
    desk = front_desk(called, Notebook())

    async with received(desk) as twilio:
        unknown = await twilio.post_as_twilio("/twilio/nobody/status", CALL)
        nameless = await twilio.post_as_twilio(STATUS, {"CallStatus": "completed"})

    assert (unknown.status, nameless.status) == (204, 400)
