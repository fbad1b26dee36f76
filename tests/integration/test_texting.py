"""A customer's text message, as Twilio brings it: refusals are obeyed at once, a person reads the rest."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from paldies.store.database import Database
from paldies.store.schema import delivery_events, staff_tasks, suppressions
from tests.factories import NOON
from tests.sent import send_one
from tests.visitor import Answer, Notebook, front_desk, received

NUMBER = "+37120000001"
TEXT = {"AccountSid": "AC" + "0" * 32, "From": NUMBER, "To": "+37160000000", "NumMedia": "0"}


@pytest.fixture
def house(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Alice has had a text message about her order."""
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        database.now(send_one, channel="sms", address=NUMBER, locale="lv")
        yield database


async def bring(house: Database, *bodies: str, **fields: str) -> tuple[list[Answer], Notebook]:
    staff = Notebook()
    async with received(front_desk(house, staff)) as twilio:
        return [
            await twilio.post_as_twilio(
                "/twilio/sms", TEXT | {"MessageSid": f"SM{number:032}", "Body": body} | fields
            )
            for number, body in enumerate(bodies)
        ], staff


def never_again(house: Database) -> list[tuple[str, str, str]]:
    wanted = select(suppressions.c.address, suppressions.c.channel, suppressions.c.source)
    standing = wanted.where(suppressions.c.lifted_at.is_(None)).order_by(suppressions.c.id)
    return [tuple(row) for row in house.look(lambda session: session.execute(standing).all())]


def rows(house: Database, table: Any) -> list[Any]:
    return house.look(lambda session: list(session.execute(select(table).order_by(table.c.id))))


async def test_stop_silences_the_machines_at_once_and_once(house: Database) -> None:
    answers, _ = await bring(house, "STOP", "stop", MessageSid="SM1")

    assert [answer.status for answer in answers] == [200, 200]
    assert not list(ElementTree.fromstring(answers[0].text))
    assert never_again(house) == [(NUMBER, "sms", "sms"), (NUMBER, "call", "sms")]
    assert [event.kind for event in rows(house, delivery_events)] == ["replied"]
    assert rows(house, staff_tasks) == []


async def test_a_refusal_in_words_keeps_everybody_away_from_this_number(house: Database) -> None:
    await bring(house, "Lūdzu, vairs nerakstiet man")

    assert never_again(house) == [(NUMBER, "", "sms")]


async def test_who_starts_again_is_written_to_again(house: Database) -> None:
    await bring(house, "STOP", "START")

    assert never_again(house) == []


async def test_what_a_person_has_silenced_stays_silent(house: Database) -> None:
    await bring(house, "leave me alone", "START")

    assert never_again(house) == [(NUMBER, "", "sms")]


async def test_a_question_is_answered_by_a_person_before_a_deadline(house: Database) -> None:
    _, staff = await bring(house, "When will it arrive?", "And can I still change the colour?")

    [task] = rows(house, staff_tasks)
    assert (task.kind, task.order_id is not None) == ("answer", True)
    assert "When will it arrive?" in task.script
    assert "change the colour" in task.script
    assert task.due_at > NOON
    assert never_again(house) == []
    assert staff.told[0][1].startswith("The customer of order ")
    assert "When" not in staff.told[0][1]


async def test_what_may_be_a_refusal_is_read_by_a_person(house: Database) -> None:
    await bring(house, "Please don't send it by DPD")

    [task] = rows(house, staff_tasks)
    assert "May be a refusal" in task.script
    assert "by DPD" in task.script
    assert never_again(house) == []


async def test_the_same_text_told_again_changes_nothing(house: Database) -> None:
    answers, staff = await bring(house, *["Where is it?"] * 3, MessageSid="SM7")

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(rows(house, staff_tasks)) == len(staff.told) == 1


async def test_after_an_answered_question_comes_another_task(house: Database) -> None:
    await bring(house, "Where is it?", MessageSid="SM1")
    house.now(lambda session: session.execute(staff_tasks.update().values(done_at=NOON)))

    await bring(house, "It still is not here", MessageSid="SM2")

    assert [task.script for task in rows(house, staff_tasks)] == ["Where is it?", "It still is not here"]


async def test_a_cry_for_help_is_answered_in_the_customers_language(house: Database) -> None:
    [answer], _ = await bring(house, "palīdzība")

    assert "Bērzs & Co: +371 20000000. STOP — un mēs vairs nerakstīsim." in (
        "".join(ElementTree.fromstring(answer.text).itertext())
    )


async def test_the_providers_own_understanding_counts(house: Database) -> None:
    await bring(house, "Arrêt", OptOutType="STOP")

    assert len(never_again(house)) == 2


async def test_somebody_unknown_is_obeyed_too_and_not_quoted(house: Database) -> None:
    _, staff = await bring(house, "STOP", "Who are you?", From="+79990000001")

    assert {address for address, _, _ in never_again(house)} == {"+79990000001"}
    assert rows(house, staff_tasks) == []
    assert {event.note for event in rows(house, delivery_events)} == {""}
    assert len(staff.told) == 1


async def test_only_twilio_is_believed(house: Database) -> None:
    async with received(front_desk(house, Notebook())) as anybody:
        unsigned = await anybody.post("/twilio/sms", TEXT | {"MessageSid": "SM1", "Body": "STOP"})
        forged = await anybody.post_as_twilio("/twilio/sms", TEXT | {"MessageSid": "SM1"}, token="0" * 32)

    assert (unsigned.status, forged.status) == (403, 403)
    assert never_again(house) == []


async def test_what_has_no_number_or_name_is_refused(house: Database) -> None:
    nameless, _ = await bring(house, "STOP", MessageSid="")
    wordy, _ = await bring(house, "STOP", From="DHL")

    assert (nameless[0].status, wordy[0].status) == (400, 400)
