"""The desk in a real browser: the five things that staff do most, and pages that everybody can use."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from paldies.outbox.composer import opened
from paldies.reports.as_json import to_json
from paldies.reports.why import explain
from paldies.store.schema import campaigns, cases, staff_tasks
from tests.smtp_servers import KeepingServer
from tests.staffed import TOML, StaffedShop, staffed

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
PAGES = (
    "/desk/",
    "/desk/tasks/1",
    "/desk/messages/3",
    "/desk/messages/1",
    "/desk/cases",
    "/desk/cases/1",
    "/desk/orders?q=alice@example.com",
    "/desk/customers?q=alice@example.com",
    "/desk/campaigns",
    "/desk/figures",
    "/desk/log",
    "/desk/nothing",
)
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no browser here"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """Started once: with what drives it, it takes a second and a half."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Without a page or a cookie of another test."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(tmp_path: Path, desk_folder: Path) -> AsyncIterator[StaffedShop]:
    async with staffed(tmp_path, desk_folder) as shop:
        yield shop


async def at_the_desk(browser: Browser, shop: StaffedShop, staff: str = "anna", **looks: Any) -> Page:
    """Signed in by the link, with the button on it."""
    page = await browser.new_page(**looks)
    await page.goto(f"{shop.at}/desk/sign-in/{shop.link(staff)}")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_load_state()
    return page


def rows(shop: StaffedShop, table: Any, number: Any) -> Any:
    key = "name" if "name" in table.c and table is campaigns else "id"
    return next(row for row in shop.rows(table) if row[key] == number)


async def test_anna_makes_the_next_call_and_says_how_it_went(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.get_by_role("button", name="Make the next call").click()
    number = await page.get_by_role("link", name="Ring +371 20 000 001").get_attribute("href")
    words = await page.get_by_role("region", name="What to say").inner_text()
    await page.get_by_label("Note").fill("Will do it tonight.")
    await page.get_by_role("button", name="Reached").click()

    assert number == "tel:+37120000001"
    assert "Choose the parcel locker" in words
    assert "Alice Ozola: reached, written down." in await page.get_by_role("status").inner_text()
    task = rows(shop, staff_tasks, 1)
    assert (task["outcome"], task["done_by"], task["note"]) == ("reached", "Anna", "Will do it tonight.")


async def test_a_thank_you_goes_out_with_the_sentence_that_anna_has_changed(
    browser: Browser, tmp_path: Path, desk_folder: Path
) -> None:
    with KeepingServer() as server:
        toml = TOML.replace("smtp://127.0.0.1:9", server.url)
        async with staffed(tmp_path, desk_folder, toml=toml) as shop:
            page = await at_the_desk(browser, shop)
            await page.get_by_role("region", name="To read and approve").get_by_text("Alice Ozola").click()
            text = page.get_by_label("Text")
            changed = (await text.input_value()).replace(
                "I wanted to thank you myself.", "Your towels are blue."
            )
            await text.fill(changed)
            await page.get_by_role("button", name="Show how it looks").click()
            shown = page.frame_locator("iframe").get_by_text("Your towels are blue.")
            await shown.wait_for()
            await page.get_by_role("button", name="Approve").click()
            await page.get_by_role("status").wait_for()

            shop.clock.move_to(shop.clock.now().replace(hour=12))
            await shop.daemon.dispatch()
            for dispatcher in shop.app.dispatchers:
                await dispatcher.drained()
            (story,) = shop.app.database.look(
                explain, "#1001", plans=shop.app.plans, house=shop.app.house, now=shop.clock.now(),
                opened=opened,
            )  # fmt: skip

    (mail,) = [mail for mail in server.mails if "alice" in mail.parsed["To"]]
    both = mail.parsed.get_body(("plain",)).get_content(), mail.parsed.get_body(("html",)).get_content()
    assert all("Your towels are blue." in part for part in both)
    assert not any("I wanted to thank you myself." in part for part in both)
    steps = [step for campaign in to_json(story)["campaigns"] for step in campaign["steps"]]
    (told,) = [step for step in steps if step["name"] == "3_thank_you"]
    assert "Your towels are blue." in told["legs"][-1]["attempts"][-1]["text"]


async def test_a_complaint_is_answered_and_closed(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.get_by_role("region", name="Complaints").get_by_text("Dace Kalniņa").click()
    said = await page.get_by_role("region", name="What they have written").inner_text()
    answer = page.get_by_label("Your answer")
    begun = await answer.input_value()
    await answer.fill(begun.replace("Thank you for telling us.", "New towels leave today."))
    await page.get_by_role("button", name="Send the answer").click()
    sent = await page.get_by_role("status").inner_text()
    await page.get_by_label("How it was set right").fill("New towels.")
    await page.get_by_role("button", name="Close the complaint").click()
    await page.get_by_role("button", name="Close the complaint").wait_for(state="detached")

    assert "Two of the towels have a hole." in said
    assert begun.startswith("Dear Dace,")
    assert "Your answer is on its way." in sent
    assert rows(shop, cases, 1)["closed_by"] == "Anna"


async def test_the_order_tells_why_nobody_called(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.get_by_label("Order number, e-mail or telephone").fill("1005")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/orders?q=1005")

    line = await page.locator("main").inner_text()
    assert "Edgars Liepa" in line
    assert "Not called, as was decided" in line
    assert "This order does not need it." in line


async def test_a_campaign_is_stopped_and_goes_on(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.get_by_role("link", name="Campaigns").click()
    await page.get_by_role("button", name="Pause The first day").click()
    stopped = await page.get_by_role("status").inner_text()
    paused_at = rows(shop, campaigns, "first_day")["paused_at"]
    await page.get_by_role("button", name="Resume The first day").click()
    await page.get_by_role("button", name="Pause The first day").wait_for()

    assert "first_day is paused" in stopped
    assert paused_at == shop.clock.now()
    assert rows(shop, campaigns, "first_day")["paused_at"] is None


async def test_the_keyboard_is_enough(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/tasks/2")
    await page.keyboard.press("/")
    await page.keyboard.type("1002")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/orders?q=1002")

    await page.get_by_role("heading", name="Order #1002").wait_for()


async def test_keys_can_be_turned_off(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop)

    await page.get_by_label("Keys").uncheck()
    await page.reload()
    await page.keyboard.press("n")
    await page.keyboard.press("j")

    assert page.url == f"{shop.at}/desk/"
    assert await page.locator(".here").count() == 0


async def test_everything_works_without_a_script(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop, java_script_enabled=False)

    await page.get_by_role("button", name="Make the next call").click()
    await page.get_by_role("button", name="No answer").click()

    assert "Alice Ozola: no answer" in await page.get_by_role("status").inner_text()


async def test_the_phone_shows_nothing_beside_its_edge(browser: Browser, shop: StaffedShop) -> None:
    page = await at_the_desk(browser, shop, viewport={"width": 390, "height": 844})

    too_wide = []
    for path in PAGES:
        await page.goto(shop.at + path)
        width = await page.evaluate("document.documentElement.scrollWidth")
        too_wide += [(path, width)] if width > 390 else []

    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_read_and_use_it(
    browser: Browser, shop: StaffedShop, width: int, scheme: str
) -> None:
    """WCAG 2.2 AA and what axe counts as good practice."""
    door = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    await door.goto(f"{shop.at}/desk/sign-in/{shop.link()}")
    found = await wrong(door)
    await door.get_by_role("button", name="Sign in").click()

    for path in PAGES:
        await door.goto(shop.at + path)
        found += await wrong(door)

    assert found == []


async def wrong(page: Page) -> list[tuple[str, str, str]]:
    """What axe objects to: where, what, and the first element."""
    results = await Axe().run(page)
    return [
        (page.url.partition("/desk")[2], one["id"], one["nodes"][0]["html"][:120])
        for one in results.response["violations"]
    ]
