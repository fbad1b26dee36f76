"""The desk's door: links that work once, sessions that end, and nothing for whoever is not let in."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from paldies.configuration import load
from paldies.store.schema import deeds, desk_links, desk_sessions
from paldies.web.reception import Reception
from paldies.web.staff import sessions
from paldies.web.staff.app import make_desk
from paldies.web.staff.office import Office
from tests.smtp_servers import KeepingServer
from tests.staffed import TOML, Colleague, StaffedShop, staffed
from tests.workplace import eventually

OPEN_TO_ALL = "/sign-in/"
NAMED = {"campaign": "first_day", "name": "first_day", "reason": "restored", "number": "1"}


@pytest.fixture
async def shop(tmp_path: Path, desk_folder: Path) -> AsyncIterator[StaffedShop]:
    async with staffed(tmp_path, desk_folder) as shop:
        yield shop


def routes(shop: StaffedShop) -> list[tuple[str, str]]:
    """Every method and path behind the door, with numbers filled in."""
    settings = load(shop.folder / "paldies.toml", {})
    desk = make_desk(Office.of(shop.app, settings, Reception.of(shop.app, settings)))
    return [one for one in walk(desk.routes) if not one[1].startswith(OPEN_TO_ALL)]


def walk(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from walk(inner.routes)
        elif isinstance(route, APIRoute):
            path = re.sub(r"{(\w+)}", lambda found: NAMED.get(found[1], "x"), route.path)
            yield from ((method, path) for method in sorted(route.methods))


async def test_a_link_signs_in_once(shop: StaffedShop) -> None:
    token = shop.link()
    anna = Colleague(shop.at)

    first = await anna.post(f"/desk/sign-in/{token}")
    today = await anna.get("/desk/")
    again = await Colleague(shop.at).post(f"/desk/sign-in/{token}")

    assert (first.status, first.headers["location"]) == (303, "/desk/")
    assert (today.status, "Good morning, Anna" in today.text) == (200, True)
    assert (again.status, "does not work any more" in again.text) == (404, True)
    assert [deed["what"] for deed in shop.rows(deeds)] == ["signed_in"]


async def test_a_mail_scanner_does_not_use_a_link_up(shop: StaffedShop) -> None:
    token = shop.link()
    scanner = Colleague(shop.at)

    looks = [await scanner.get(f"/desk/sign-in/{token}", method=m) for m in ("GET", "HEAD", "GET") * 5]

    assert {look.status for look in looks} == {200}
    assert scanner.cookies == {}
    assert (await Colleague(shop.at).post(f"/desk/sign-in/{token}")).status == 303


async def test_a_link_works_for_a_quarter_of_an_hour(shop: StaffedShop) -> None:
    token = shop.link()
    shop.clock.move_to(shop.clock.now() + timedelta(minutes=15))

    answer = await Colleague(shop.at).post(f"/desk/sign-in/{token}")

    assert answer.status == 404


async def test_no_token_is_in_the_database(shop: StaffedShop) -> None:
    token = shop.link()
    anna = await Colleague(shop.at).sign_in(token)

    kept = repr([dict(row) for table in (desk_links, desk_sessions) for row in shop.rows(table)])

    assert token not in kept
    assert anna.cookies["desk"] not in kept


async def test_nothing_is_shown_or_done_without_a_session(shop: StaffedShop) -> None:
    known = routes(shop)
    before = [dict(row) for row in shop.rows(deeds)]
    stranger = Colleague(shop.at, cookies={"desk": "x" * 32})

    answers = [
        (
            await stranger.post(f"/desk{path}")
            if method == "POST"
            else await stranger.get(f"/desk{path}", method=method)
        )
        for method, path in known
    ]

    assert len(known) > 30
    assert {answer.status for answer in answers} == {401}
    assert not any("Alice" in answer.text for answer in answers)
    assert [dict(row) for row in shop.rows(deeds)] == before


async def test_no_form_is_taken_without_its_token(shop: StaffedShop) -> None:
    anna = await shop.colleague()
    before = len(shop.rows(deeds))
    anna.form_token = "0" * 32

    answers = [await anna.post(f"/desk{path}") for method, path in routes(shop) if method == "POST"]

    assert len(answers) > 12
    assert {answer.status for answer in answers} == {403}
    assert len(shop.rows(deeds)) == before


async def test_a_form_that_another_site_sent_is_refused(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    answer = await anna.post("/desk/campaigns/first_day/pause", Sec_Fetch_Site="cross-site")
    entry = await Colleague(shop.at).post(f"/desk/sign-in/{shop.link()}", Sec_Fetch_Site="cross-site")

    assert (answer.status, entry.status) == (403, 403)


async def test_whoever_is_signed_out_stays_out(shop: StaffedShop) -> None:
    anna, elsewhere = await shop.colleague(), await shop.colleague()

    left = await anna.post("/desk/sign-out")
    shop.app.database.now(sessions.sign_out_everywhere, "anna", now=shop.clock.now())

    assert left.status == 303
    assert (await elsewhere.get("/desk/")).status == 401


async def test_a_session_ends_by_itself_but_not_while_there_is_work(shop: StaffedShop) -> None:
    idle, busy = await shop.colleague(), await shop.colleague()
    shop.clock.move_to(shop.clock.now() + timedelta(days=10))
    await busy.post("/desk/campaigns/first_day/pause")
    shop.clock.move_to(shop.clock.now() + timedelta(days=5))

    assert (await idle.get("/desk/")).status == 401
    assert (await busy.get("/desk/")).status == 200


async def test_who_is_no_member_any_more_is_not_let_in(shop: StaffedShop) -> None:
    token = shop.link("mallory")
    mallory = Colleague(shop.at)
    await mallory.post(f"/desk/sign-in/{token}")

    assert (await mallory.get("/desk/")).status == 401


async def test_too_many_wrong_links_are_told_to_wait_and_a_right_one_is_not(shop: StaffedShop) -> None:
    stranger = Colleague(shop.at)

    answers = [await stranger.post(f"/desk/sign-in/{number}") for number in range(25)]
    right = await Colleague(shop.at).post(f"/desk/sign-in/{shop.link()}")
    shop.clock.move_to(shop.clock.now() + timedelta(minutes=1))
    later = await stranger.post("/desk/sign-in/none")

    assert [answer.status for answer in answers] == [404] * 20 + [429] * 5
    assert answers[-1].headers["retry-after"] == "60"
    assert (right.status, later.status) == (303, 404)


@pytest.mark.parametrize(
    ("public_url", "host", "secure"),
    [("", "127.0.0.1:8025", False), ("", "desk.example.com", True), ("https://x.example", "127.0.0.1", True)],
)
async def test_the_cookie_is_for_our_pages_over_tls_alone(
    tmp_path: Path, desk_folder: Path, public_url: str, host: str, secure: bool
) -> None:
    toml = TOML.replace('locale = "en"', f'locale = "en"\npublic_url = "{public_url}"')
    async with staffed(tmp_path, desk_folder, toml=toml) as shop:
        answer = await Colleague(shop.at).post(f"/desk/sign-in/{shop.link()}", Host=host)

    cookie = answer.headers["set-cookie"]
    assert ("; Secure" in cookie, cookie.startswith("__Host-")) == (secure, secure)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_pages_run_nothing_but_our_own_script_and_are_framed_by_nobody(shop: StaffedShop) -> None:
    anna = await shop.colleague()

    today, letter = await anna.get("/desk/"), await anna.get("/desk/messages/3/letter")

    policy = today.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "sandbox" in letter.headers["content-security-policy"]
    assert today.headers["cache-control"] == "no-store"
    assert "<script>" not in today.text


async def test_staff_who_are_no_admins_cannot_take_customers_out(shop: StaffedShop) -> None:
    janis = await shop.colleague("jānis")

    place = (await janis.get("/desk/customers?q=alice@example.com")).headers["location"]
    page = await janis.get(place)
    answers = [
        await janis.post(f"{place}/{what}", {"typed": "alice@example.com"}) for what in ("export", "forget")
    ]

    assert "Export" not in page.text
    assert [answer.status for answer in answers] == [403, 403]
    assert (await janis.get(place)).status == 200


async def test_whoever_works_here_has_a_link_sent_and_strangers_hear_the_same(
    tmp_path: Path, desk_folder: Path
) -> None:
    with KeepingServer() as server:
        toml = TOML.replace("smtp://127.0.0.1:9", server.url)
        async with staffed(tmp_path, desk_folder, toml=toml) as shop:
            stranger = Colleague(shop.at)
            closed = await stranger.get("/desk/")
            asked = [
                await stranger.post("/desk/sign-in/mail", {"email": address})
                for address in ("mallory@example.com", "ANNA@berzs.example", *["anna@berzs.example"] * 4)
            ]
            await asyncio.to_thread(eventually, lambda: len(server.mails) == 3)
            mail = server.mails[0].parsed
            (token,) = re.findall(r"/desk/sign-in/(\S+)", mail.get_body(("plain",)).get_content())
            signed_in = await Colleague(shop.at).post(f"/desk/sign-in/{token}")

    assert "Send me a link" in closed.text
    assert len({answer.text for answer in asked}) == 1
    assert {str(mail.parsed["To"]) for mail in server.mails} == {"anna@berzs.example"}
    assert len(server.mails) == 3
    assert signed_in.status == 303
