"""The pages that messages link to, over real HTTP, on both databases."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from paldies.bootstrap.set_up import SetUpError
from paldies.campaigns.words import Purpose
from paldies.customers.suppressions import Wish, suppressed
from paldies.store import installation, stops
from paldies.store.database import Database
from paldies.store.fences import fence_of
from paldies.store.schema import cases, feedback, instance, messages, staff_tasks, suppressions
from paldies.web.app import make_pages
from paldies.web.forms import LARGEST, LONGEST_TEXT
from paldies.web.serving import serving
from tests.factories import NOON, RIGA
from tests.sent import revision, send_one
from tests.visitor import Notebook, front_desk, received

ALICE = "alice@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PAGES = ["u", "f", "c"]


class Page(HTMLParser):
    """What a screen reader, a phone and a phisher look for in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def quick(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite alone, for what is the same on both."""
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


def barred(session: Session, channel: str = "email") -> set[Purpose]:
    """What Alice does not get by e-mail any more."""
    wishes = [Wish(ALICE, purpose) for purpose in Purpose]
    return {wish.purpose for wish in suppressed(session, wishes, channel=channel)}


@pytest.mark.parametrize("page", PAGES)
async def test_looking_at_a_page_changes_nothing(quick: Database, page: str) -> None:
    desk = front_desk(quick, staff := Notebook())
    token = desk.links.token(quick.now(send_one))
    before = quick.look(revision)

    async with received(desk) as visitor:
        answers = [await visitor.get(f"/{page}/{token}", method=method) for method in ("GET", "HEAD", "GET")]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert quick.look(revision) == before
    for table in (suppressions, feedback, cases, staff_tasks):
        assert quick.look(lambda session, table=table: session.execute(select(table)).all()) == []
    assert staff.told == []


async def test_one_click_ends_what_is_promotional_and_nothing_else(database: Database) -> None:
    desk = front_desk(database, Notebook())
    path = f"/u/{desk.links.token(database.now(send_one))}"
    before = database.look(revision)

    async with received(desk) as visitor:
        answer = await visitor.post(path, ONE_CLICK)

    assert (answer.status, answer.headers.get("location"), answer.headers.get("set-cookie")) == (
        200,
        None,
        None,
    )
    assert "Messages about your orders still come." in Page(answer.text).text
    assert database.look(barred) == {Purpose.PROMOTIONAL}
    assert database.look(barred, "sms") == set()
    assert database.look(revision) > before


async def test_one_click_comes_in_multipart_as_well_and_may_come_again(database: Database) -> None:
    desk = front_desk(database, Notebook())
    path = f"/u/{desk.links.token(database.now(send_one))}"
    multipart = (
        b'--seam\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--seam--\r\n'
    )

    async with received(desk) as visitor:
        answers = [
            await visitor.post(path, multipart, kind="multipart/form-data; boundary=seam") for _ in range(3)
        ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(database.look(lambda session: session.execute(select(suppressions)).all())) == 1


async def test_whoever_posts_wants_out_however_clumsily(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    path = f"/u/{desk.links.token(quick.now(send_one))}"
    bodies = [
        ("", b""),
        ("text/plain", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data", b"no boundary at all"),
        ("multipart/form-data; boundary=seam", b"--another\r\n\r\n"),
        ("application/x-www-form-urlencoded", b"\xff\x00&&==%%%"),
    ]

    async with received(desk) as visitor:
        for kind, body in bodies:
            answer = await visitor.post(path, body, kind=kind)

            assert answer.status == 200
            assert quick.now(barred) == {Purpose.PROMOTIONAL}
            quick.now(lambda session: session.execute(delete(suppressions)))


async def test_whoever_wants_nothing_at_all_gets_nothing_at_all(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    path = f"/u/{desk.links.token(quick.now(send_one))}"

    async with received(desk) as visitor:
        answer = await visitor.post(path, {"what": "everything"})

    assert "not even about your orders" in answer.text
    assert quick.look(barred) == set(Purpose)
    assert quick.look(barred, "task") == set(Purpose)


async def test_the_address_that_the_message_went_to_is_meant_whatever_was_ordered_with_since(
    quick: Database,
) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one, address="alise@example.com"))

    async with received(desk) as visitor:
        await visitor.post(f"/u/{token}", ONE_CLICK)

    assert quick.look(lambda session: session.scalars(select(suppressions.c.address)).all()) == [
        "alise@example.com"
    ]


async def test_a_good_answer_is_kept_and_thanked_for(database: Database) -> None:
    desk = front_desk(database, staff := Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        answer = await visitor.post(f"/f/{token}", {"rating": "4", "text": "Quick.\r\nWarm, too."})

    assert (answer.status, "Thank you!" in answer.text) == (200, True)
    (given,) = database.look(lambda session: session.execute(select(feedback)).mappings().all())
    assert (given["rating"], given["text"], given["received_at"]) == (4, "Quick.\nWarm, too.", NOON)
    assert given["order_id"] is not None
    assert database.look(lambda session: session.execute(select(cases)).all()) == []
    assert staff.told == []


async def test_a_second_answer_takes_the_place_of_the_first(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        for rating in ("5", "3"):
            await visitor.post(f"/f/{token}", {"rating": rating})

    assert database.look(lambda session: session.scalars(select(feedback.c.rating)).all()) == [3]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"rating": "1", "text": "It leaks."}, "1 of 5\nIt leaks."),
        ({"rating": "2"}, "2 of 5"),
        ({"rating": "5", "text": "One is missing", "problem": "yes"}, "5 of 5\nOne is missing"),
        ({"text": "It leaks.", "problem": "yes"}, "It leaks."),
    ],
)
async def test_a_bad_answer_opens_a_case_and_tells_the_staff(
    quick: Database, said: dict[str, str], written: str
) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one, number="1001"))

    async with received(desk) as visitor:
        answer = await visitor.post(f"/f/{token}", said)

    (case,) = quick.look(lambda session: session.execute(select(cases)).mappings().all())
    assert "Somebody at the shop will look into it" in answer.text
    assert (case["text"], case["closed_at"]) == (written, None)
    assert case["tell_at"] == NOON  # from there on it is replies.escalation's


async def test_an_empty_answer_is_asked_for_again(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))
    empty = [{}, {"rating": "6"}, {"rating": "-1", "text": " \r\n "}, {"rating": "5 stars"}]

    async with received(desk, language="en") as visitor:
        answers = [await visitor.post(f"/f/{token}", said) for said in empty]

    assert [answer.status for answer in answers] == [422] * 4
    assert all("Please choose a rating" in answer.text for answer in answers)
    assert quick.look(lambda session: session.execute(select(feedback)).all()) == []


async def test_a_link_may_bring_a_rating_along_and_it_waits_to_be_sent(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))

    async with received(desk) as visitor:
        answer = await visitor.get(f"/f/{token}?rating=2")

    chosen = [field["value"] for field in Page(answer.text).all("input") if "checked" in field]
    assert chosen == ["2"]
    assert quick.look(lambda session: session.execute(select(feedback)).all()) == []


async def test_a_complaint_opens_a_case_and_what_is_added_goes_into_the_same(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        for text in ("It leaks.", "It leaks.", "And it is the wrong colour."):
            assert (await visitor.post(f"/c/{token}", {"text": text})).status == 200

    (case,) = database.look(lambda session: session.execute(select(cases)).mappings().all())
    assert case["text"] == "It leaks.\n\nAnd it is the wrong colour."
    assert case["tell_at"] == NOON


async def test_whoever_asks_to_be_rung_becomes_a_task_for_the_next_working_hour(database: Database) -> None:
    desk = front_desk(database, staff := Notebook())
    message = database.now(send_one)
    token = desk.links.token(message)

    async with received(desk) as visitor:
        answers = [await visitor.post(f"/c/{token}", {"text": "It leaks.", "ring": "yes"}) for _ in range(2)]

    assert "We will ring you" in answers[0].text
    (task,) = database.look(lambda session: session.execute(select(staff_tasks)).mappings().all())
    assert (task["kind"], task["message_id"], task["script"]) == ("call_back", message, "It leaks.")
    assert task["due_at"] == datetime(2026, 11, 19, 10, tzinfo=ZoneInfo(RIGA))  # the 18th is a holiday
    assert f"call back {message}" in {topic for topic, _ in staff.told}


async def test_a_customer_who_was_rung_may_ask_for_it_again(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        await visitor.post(f"/c/{token}", {"ring": "yes"})
        database.now(lambda session: session.execute(update(staff_tasks).values(done_at=NOON)))
        await visitor.post(f"/c/{token}", {"ring": "yes"})

    done = database.look(lambda session: session.scalars(select(staff_tasks.c.done_at)).all())
    assert sorted(done, key=str) == [NOON, None]


async def test_a_damaged_link_is_told_how_to_reach_the_shop(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    paths = [f"/{page}/{token}" for page in PAGES for token in ("x", "A" * 22, "%00", "..%2F..%2Fetc")]

    async with received(desk, language="ru") as visitor:
        answers = [await visitor.get(path) for path in paths]
        answers += [await visitor.post(path, ONE_CLICK) for path in paths]

    for answer in answers:
        assert answer.status == 404
        assert "Такой страницы нет" in answer.text
        assert "mailto:hello@berzs.example" in answer.text
        assert "tel:+37120000000" in answer.text


async def test_a_link_to_a_message_that_nobody_was_sent_leads_nowhere(quick: Database) -> None:
    desk = front_desk(quick, Notebook())

    async with received(desk) as visitor:
        answer = await visitor.post(f"/u/{desk.links.token(10_427)}", ONE_CLICK)

    assert answer.status == 404


@pytest.mark.parametrize(
    ("locale", "reader", "spoken"),
    [("ru", "lv", "ru"), ("lv-LV", "en", "lv"), ("de", "ru", "ru"), ("de", "", "lv")],
)
async def test_a_page_speaks_the_language_of_its_message(
    quick: Database, locale: str, reader: str, spoken: str
) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one, locale=locale))

    async with received(desk, language=reader) as visitor:
        answer = await visitor.get(f"/u/{token}")

    assert Page(answer.text).all("html") == [{"lang": spoken}]
    assert answer.headers["content-language"] == spoken


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_shows_nothing_about_the_customer(quick: Database, page: str) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one, number="BL-1001", last_name="Ozola"))

    async with received(desk) as visitor:
        await visitor.post(f"/f/{token}", {"rating": "1", "text": "private words"})
        shown = (await visitor.get(f"/{page}/{token}")).text

    for secret in ("Alice", "Ozola", "alice@", "20000001", "BL-1001", "private words"):
        assert secret not in shown


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_can_be_used_by_everybody(quick: Database, page: str) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))

    async with received(desk) as visitor:
        shown = Page((await visitor.get(f"/{page}/{token}")).text)

    labelled = {label.get("for") for label in shown.all("label")}
    fields = [
        before == "label" or field.get("id") in labelled
        for (before, _), (tag, field) in pairwise(shown.tags)
        if tag in ("input", "textarea")
    ]
    assert fields
    assert all(fields)
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in shown.all("meta")
    assert len(shown.all("h1")) == len(shown.all("main")) == 1
    assert shown.all("script") == []


async def test_every_answer_forbids_what_a_page_does_not_need(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))
    paths = ["/", "/health", f"/u/{token}", "/u/x", "/nowhere", "/twilio/x/keys"]

    async with received(desk) as visitor:
        answers = [await visitor.get(path) for path in paths]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_more_than_a_person_would_write_is_refused_and_not_kept(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))

    async with received(desk, language="en") as visitor:
        answers = [
            await visitor.post(f"/c/{token}", {"text": "a" * (LONGEST_TEXT + 1)}),
            await visitor.post(f"/c/{token}", b"text=" + b"a" * LARGEST),
        ]

    assert [answer.status for answer in answers] == [413, 413]
    assert "shorten it a little" in answers[0].text
    assert quick.look(lambda session: session.execute(select(cases)).all()) == []


async def test_a_case_that_has_grown_too_long_takes_nothing_more_and_says_so(database: Database) -> None:
    desk = front_desk(database, Notebook())
    token = desk.links.token(database.now(send_one))

    async with received(desk) as visitor:
        answers = [
            await visitor.post(f"/c/{token}", {"text": letter * (LONGEST_TEXT - 2)}) for letter in "abcdef"
        ]

    assert [answer.status for answer in answers] == [200] * 5 + [413]


async def test_nothing_is_promised_that_could_not_be_written_down(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    path = f"/u/{desk.links.token(quick.now(send_one))}"

    async with received(desk) as visitor:
        with closing(sqlite3.connect(quick.url.database or "", isolation_level=None)) as somebody_else:
            somebody_else.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            while_locked = await visitor.post(path, ONE_CLICK)
            took = time.monotonic() - began
            somebody_else.execute("ROLLBACK")
        afterwards = await visitor.post(path, ONE_CLICK)

    assert (while_locked.status, while_locked.headers["retry-after"]) == (503, "120")
    assert "Lūdzu, mēģiniet vēlreiz pēc dažām minūtēm" in while_locked.text
    assert took < 4
    assert afterwards.status == 200
    assert quick.look(barred) == {Purpose.PROMOTIONAL}


async def test_pages_stay_kind_when_the_database_is_gone(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    path = f"/u/{desk.links.token(quick.now(send_one))}"

    async with received(desk) as visitor:
        quick._readers.shutdown()
        quick._writers.shutdown()
        answers = [await visitor.get(path), await visitor.post(path, ONE_CLICK), await visitor.get("/health")]

    assert [answer.status for answer in answers] == [503, 503, 503]
    assert '"problem":"the database cannot be read"' in answers[2].text


async def test_health_tells_whether_the_daemon_is_at_work(database: Database, tmp_path: Path) -> None:
    desk = front_desk(database, Notebook())

    async with received(desk) as visitor:
        not_begun = await visitor.get("/health")
        fence_of(database, tmp_path).begin(NOON - timedelta(seconds=40))
        at_work = await visitor.get("/health")
        database.now(installation.set_paused, NOON)
        paused = await visitor.get("/health")
        database.now(stops.stop, "email", "Too much came back.", NOON)
        resting = await visitor.get("/health")
        database.now(lambda s: s.execute(update(instance).values(heartbeat_at=NOON - timedelta(minutes=4))))
        stopped = await visitor.get("/health")

    assert (not_begun.status, at_work.status, paused.status, stopped.status) == (503, 200, 200, 503)
    assert at_work.text == '{"ready":true,"mode":"live","database":"ok","heartbeat_age":40,"sending":"on"}'
    assert '"sending":"paused"' in paused.text
    assert (resting.status, "stopped" in paused.text) == (200, False)
    assert '"stopped":{"channels":["email"],"campaigns":[],"unusual":[]}' in resting.text
    assert '"problem":"the daemon\'s heart has stopped beating"' in stopped.text


async def test_a_port_that_is_taken_is_said_before_anything_else_happens(quick: Database) -> None:
    desk = front_desk(quick, Notebook())

    async with received(desk) as visitor:
        port = int(visitor.at.rstrip("/").rpartition(":")[2])
        with pytest.raises(SetUpError, match=rf"port {port} is in use.*\[web\] port"):
            async with serving(make_pages(desk), port):
                pytest.fail("two of them share a port")


async def test_a_message_that_was_parked_before_stays_untouched_by_an_answer(quick: Database) -> None:
    desk = front_desk(quick, Notebook())
    token = desk.links.token(quick.now(send_one))
    before = quick.look(lambda session: session.execute(select(messages)).mappings().all())

    async with received(desk) as visitor:
        await visitor.post(f"/c/{token}", {"text": "It leaks."})

    assert quick.look(lambda session: session.execute(select(messages)).mappings().all()) == before
