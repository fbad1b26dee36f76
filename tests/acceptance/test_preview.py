"""The preview's page: what it tells of a campaign, and how it follows whoever is writing."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

from paldies.bootstrap.databases import open_database
from paldies.channels import TRAITS
from paldies.cli.text_check import carriers
from paldies.configuration import load
from paldies.preview.app import make_page
from paldies.preview.bench import Bench
from paldies.preview.telling import span
from paldies.store.database import Database
from paldies.templates.bundled import bundled_templates
from paldies.templates.library import Library
from paldies.web.serving import serving
from tests.rows import add_customer, add_order
from tests.visitor import Visitor

CHROMIUM = Path("/usr/bin/chromium")
LETTER = "first_day/1_right_choice.email.lv.md"
TOML = """
[paldies]
locale = "lv"
time_zone = "Europe/Riga"
public_url = "https://care.berzs.example"
[shop]
name = "Bērzs & Co"
phone = "+371 20000000"
[email]
from = "Anna <anna@berzs.example>"
"""


@dataclass(frozen=True)
class Desk:
    """Somebody's folder, and the page that shows it."""

    folder: Path
    database: Database
    visitor: Visitor

    async def told(self, campaign: str = "first_day", **asked: str) -> dict[str, Any]:
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        answer = await self.visitor.get(f"/campaigns/{campaign}?{query}")
        assert answer.status == 200, answer.text
        told: dict[str, Any] = json.loads(answer.text)
        return told

    async def leg(self, step: int, channel: str, **asked: str) -> dict[str, Any]:
        told = await self.told(**asked)
        leg: dict[str, Any]
        (leg,) = [leg for leg in told["steps"][step]["legs"] if leg["channel"] == channel]
        return leg

    async def state(self) -> str:
        return str(json.loads((await self.visitor.get("/saved")).text)["state"])

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / "message_templates" / file
        path.write_text(path.read_text().replace(old, new, 1))

    def order(self, name: str, **values: Any) -> str:
        """The id of an order in the list to choose from."""
        with self.database.session() as session:
            return str(
                add_order(session, add_customer(session, name, locale=values.pop("locale", "")), **values)
            )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Desk]:
    settings = load(folder / "paldies.toml", {})
    with closing(open_database(settings)) as database:
        library = Library(settings.paldies.templates, locale="lv")
        bench = Bench(settings, database, library, TRAITS, carriers(settings, TRAITS))
        async with serving(make_page(bench), 0) as at:
            yield Desk(folder, database, Visitor(at))


@pytest.fixture
def folder(tmp_path: Path, migrated_sqlite: Path) -> Path:
    shutil.copy(migrated_sqlite, tmp_path / "paldies.rehearsal.db")
    shipped = bundled_templates()
    texts = tmp_path / "message_templates"
    (texts / "first_day").mkdir(parents=True)
    for file in (shipped / "first_day").iterdir():  # those that are looked at: each takes a while to compile
        if ".lv." in file.name or file.name.startswith(("1_right_choice", "campaign")):
            shutil.copy(file, texts / "first_day")
    for file in shipped.iterdir():
        if file.is_file():
            shutil.copy(file, texts)
    (tmp_path / "paldies.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
async def desk(folder: Path) -> AsyncIterator[Desk]:
    async with opened(folder) as desk:
        yield desk


async def test_a_campaign_is_told_step_by_step_with_every_channel(desk: Desk) -> None:
    told = await desk.told()

    assert (told["title"], told["begins"]) == ("The first day", "the order is paid for, or accepted")
    assert [(step["title"], step["comes"]) for step in told["steps"]] == [
        ("Right choice", "after 20 minutes"),
        ("Reminder", "after 16 hours, within 24 hours"),
        ("Thank you", "after 20 hours, within 24 hours"),
    ]
    kinds = [[leg["kind"] for leg in step["legs"]] for step in told["steps"]]
    assert kinds == [["letter"], ["call", "bubble", "task", "letter"], ["letter"]]
    assert told["mistakes"] == []


async def test_a_letter_is_shown_with_its_head_both_parts_and_who_signs(desk: Desk) -> None:
    leg = await desk.leg(2, "email")

    assert leg["from"] == "Anna <anna@berzs.example>"
    assert leg["html"].startswith("<!DOCTYPE html>") and "<p" not in leg["text"]
    assert "Anna Kalniņa" in leg["text"] and "Anna Kalniņa" in leg["html"]
    assert (leg["language"], leg["file"]) == ("lv", "first_day/3_thank_you.email.lv.md")


async def test_a_text_message_is_shown_in_its_parts_with_its_price(desk: Desk) -> None:
    leg = await desk.leg(1, "sms")

    assert [len(part) for part in leg["parts"]][:1] == [67]
    assert len(leg["parts"]) == 2 and leg["encoding"] == "UCS-2" and "ū" in leg["foreign"]
    assert leg["price"] == "0.16 EUR"


async def test_a_call_is_shown_with_its_seconds_its_keys_and_what_a_machine_hears(desk: Desk) -> None:
    leg = await desk.leg(1, "call")

    assert 20 < leg["seconds"] <= 45 and leg["price"] == "0.10 EUR"
    assert [one["key"] for one in leg["keys"]] == ["1", "2", "9"]
    assert leg["keys"][0]["does"] == "rings +371 20000000"
    assert leg["voicemail"] and 0 < leg["voicemail_seconds"] < leg["seconds"]


async def test_a_task_is_shown_as_staff_have_it_before_them(desk: Desk) -> None:
    leg = await desk.leg(1, "task")

    assert leg["title"].startswith("Atgādināt") and "Alise Kalniņa" in leg["who"]
    assert "reached" in leg["outcomes"] and "wrong number" in leg["outcomes"]


async def test_real_orders_can_be_chosen_and_speak_their_own_language(desk: Desk) -> None:
    boris = desk.order("Boris", locale="ru", number="#2002")
    carla = desk.order("Carla", locale="en-US", todo="Choose a colour")

    listed = json.loads((await desk.visitor.get("/orders")).text)
    by_default = await desk.leg(0, "email", order=boris)
    asked_for = await desk.leg(0, "email", order=boris, locale="en")
    steps = {order: (await desk.told(order=order))["steps"] for order in (boris, carla)}

    assert [one["id"] for one in listed] == ["", "bare", carla, boris]
    assert "#2002 · Boris" in listed[-1]["label"]
    assert (by_default["language"], asked_for["language"]) == ("ru", "en")
    assert "Boris" in by_default["text"] and "#2002" in by_default["text"]
    assert [steps[order][1]["is_wanted"] for order in (boris, carla)] == [False, True]


async def test_an_order_of_which_little_is_known_is_no_mistake(desk: Desk) -> None:
    told = await desk.told(order="bare")

    assert not [leg["mistake"] for step in told["steps"] for leg in step["legs"] if leg["mistake"]]


async def test_a_mistake_takes_the_place_of_its_message_alone_until_it_is_mended(desk: Desk) -> None:
    good = await desk.leg(0, "email")

    desk.change(LETTER, "{{ order.number }}", "{{ order.nunber }}")
    broken = await desk.told()
    desk.change(LETTER, "{{ order.nunber }}", "{{ order.number }}")
    mended = await desk.leg(0, "email")

    leg = broken["steps"][0]["legs"][0]
    assert (leg["mistake"]["file"], leg["mistake"]["line"]) == (LETTER, 2)
    assert "order.nunber" in leg["mistake"]["what"] and leg["mistake"]["remedy"] == "Did you mean 'number'?"
    assert [line["number"] for line in leg["mistake"]["excerpt"] if line["is_it"]] == [2]
    assert "html" not in leg and broken["mistakes"] == []
    assert not [leg for step in broken["steps"][1:] for leg in step["legs"] if leg["mistake"]]
    assert mended == good


async def test_a_mistake_that_only_one_order_shows_is_shown_with_that_order(desk: Desk) -> None:
    desk.change(LETTER, "{{ shop.name }}\n", "{{ order.promised_at|date }}\n")

    complete, bare = await desk.leg(0, "email"), await desk.leg(0, "email", order="bare", locale="lv")

    assert complete["mistake"] is None
    assert "no date" in bare["mistake"]["what"] and "{% if" in bare["mistake"]["remedy"]


async def test_a_plan_with_a_mistake_is_told_and_its_texts_are_shown_all_the_same(desk: Desk) -> None:
    desk.change("first_day/campaign.toml", 'after = "20m"', 'after = "soon"')

    told = await desk.told()

    (mistake,) = told["mistakes"]
    assert (mistake["file"], mistake["line"]) == ("first_day/campaign.toml", 12)
    assert "soon" in mistake["what"] and mistake["remedy"]
    assert [step["name"] for step in told["steps"]] == ["1_right_choice", "2_reminder", "3_thank_you"]


async def test_a_step_without_a_text_and_a_frame_with_a_mistake_are_told(desk: Desk) -> None:
    for text in (desk.folder / "message_templates/first_day").glob("2_reminder.sms*"):
        text.unlink()
    desk.change("_layout.email.html", "{{ shop.name }}", "{{ shop.nam }}")

    reminder = (await desk.told())["steps"][1]["legs"]

    assert reminder[1]["mistake"]["remedy"].startswith("Write first_day/2_reminder.sms.txt")
    assert reminder[3]["mistake"]["file"] == "_layout.email.html"
    assert reminder[3]["mistake"]["line"] > 1


async def test_what_check_would_warn_of_stands_below_the_message(desk: Desk) -> None:
    desk.change(LETTER, "Paldies par pasūtījumu.", "Paldies! Jums ir atlaide: [te](http://berzs.example).")

    hints = (await desk.leg(0, "email"))["hints"]

    assert len(hints) == 2
    assert any("'atlaide' sells" in hint for hint in hints) and any("https://" in hint for hint in hints)


async def test_saving_anything_is_noticed(desk: Desk) -> None:
    states = [await desk.state(), await desk.state()]
    desk.change(LETTER, "Paldies", "Liels paldies")
    states.append(await desk.state())
    (desk.folder / "message_templates/first_day/new.email.md").write_text("x")
    states.append(await desk.state())

    assert states[0] == states[1]
    assert len(set(states)) == 3


@pytest.mark.parametrize(
    "path", ["/campaigns/winter", "/campaigns/first_day?order=999", "/campaigns/..%2Fx", "/assets/app.py"]
)
async def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    assert (await desk.visitor.get(path)).status == 404


async def test_other_sites_cannot_read_it_and_nothing_in_it_runs(desk: Desk) -> None:
    def ask() -> int:
        connection = HTTPConnection(urlsplit(desk.visitor.at).netloc, timeout=15)
        connection.request("GET", "/campaigns/first_day", headers={"Host": "evil.example"})
        return connection.getresponse().status

    page = await desk.visitor.get("/")

    assert await asyncio.to_thread(ask) == 400
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(20, "20 minutes"), (60, "1 hour"), (36 * 60, "36 hours"), (3 * 1440, "3 days"), (0.5, "30 s")],
)
def test_spans_are_told_in_the_unit_that_people_use(minutes: float, said: str) -> None:
    assert span(timedelta(minutes=minutes)).startswith(said)


# in a browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def shown(browser: Browser, desk: Desk, *, width: int, query: str = "") -> Page:
    page = await browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(20_000)
    await page.goto(f"{desk.visitor.at}?campaign=first_day{query}")
    await page.wait_for_selector(".step:nth-child(3) .leg")
    return page


async def test_the_page_follows_what_is_saved_and_shows_a_mistake_instead(
    desk: Desk, browser: Browser
) -> None:
    page = await shown(browser, desk, width=1280)
    letter = page.frame_locator("iframe").first
    await letter.get_by_text("Paldies par pasūtījumu.").wait_for()

    desk.change(LETTER, "Paldies par pasūtījumu.", "Sirsnīgs paldies.")
    await letter.get_by_text("Sirsnīgs paldies.").wait_for()
    desk.change(LETTER, "{{ shop.name }}\n", "{{ shop.nam }}\n")
    mistake = page.locator(".step").first.locator(".mistake")
    await mistake.wait_for()

    assert f"{LETTER}, line" in await mistake.inner_text()
    assert "Did you mean 'name'?" in await mistake.inner_text()


async def test_both_widths_both_schemes_and_the_plain_text_can_be_seen(desk: Desk, browser: Browser) -> None:
    page = await shown(browser, desk, width=1280)

    async def grounds() -> list[str]:
        frames = page.locator(".step").first.locator("iframe")
        await frames.first.content_frame.locator(".sheet").wait_for()
        ask = "element => getComputedStyle(element).backgroundColor"
        sheets = [
            frames.nth(number).content_frame.locator(".sheet") for number in range(await frames.count())
        ]
        return [str(await sheet.evaluate(ask)) for sheet in sheets]

    by_day = await grounds()
    await page.get_by_label("Dark").check()
    await page.locator(".device.dark").first.wait_for()
    in_the_dark = await grounds()
    await page.get_by_label("Plain text").check()
    await page.locator("pre.plain").first.wait_for()

    assert by_day == ["rgb(255, 253, 249)"] * 2
    assert in_the_dark == ["rgb(36, 32, 28)"] * 2
    assert "scheme=dark" in page.url and "size=text" in page.url


async def test_a_telephone_is_wide_enough_and_a_keyboard_is_all_one_needs(
    desk: Desk, browser: Browser
) -> None:
    page = await shown(browser, desk, width=390)

    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.locator("select[name=locale]").focus()
    await page.locator("select[name=locale]").select_option("ru")
    await page.get_by_text("first_day/1_right_choice.email.ru.md").wait_for()
    await page.locator("input[value=phone]").press("ArrowRight")
    assert "size=desktop" in page.url
    await page.locator("body").press("j")
    assert (await page.evaluate("document.activeElement.id")).startswith("step-")


# from the command line


@pytest.fixture
def command(folder: Path) -> Iterator[subprocess.Popen[str]]:
    served = subprocess.Popen(
        [sys.executable, "-m", "paldies", "templates", "preview", "first_day", "--no-open", "--port", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")},
    )
    yield served
    served.kill()
    served.communicate()


async def test_the_command_serves_the_page_until_it_is_interrupted(command: subprocess.Popen[str]) -> None:
    assert command.stdout
    first = await asyncio.to_thread(command.stdout.readline)
    address = urlsplit(first.split()[-1])

    told = await Visitor(f"http://{address.netloc}/").get("/campaigns/first_day")
    command.send_signal(signal.SIGINT)

    assert (address.hostname, address.query) == ("127.0.0.1", "campaign=first_day")
    assert told.status == 200
    assert await asyncio.to_thread(command.wait, 20) == 0
