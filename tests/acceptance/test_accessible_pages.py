"""Every page that customers see, in every state, for everybody: WCAG 2.2 AA as axe-core judges it."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, async_playwright

from paldies.outbox.links import Links
from paldies.store.database import Database
from tests.sent import send_one
from tests.visitor import PUBLIC_URL, SHOP, Notebook, front_desk, received

CHROMIUM = Path("/usr/bin/chromium")
ALONE = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        opened = await play.chromium.launch(executable_path=str(CHROMIUM), args=ALONE)
        yield opened
        await opened.close()


async def press(page: Page, *chosen: str, writes: str = "") -> None:
    for field in chosen:
        await page.check(field)
    if writes:
        await page.fill("textarea", writes)
    await page.click("main button")


State = Callable[[Page, str], Awaitable[Any]]
STATES: dict[str, tuple[str, State | None]] = {
    "the way out": ("u", None),
    "no more of this kind": ("u", lambda page, _: press(page, "[value=campaign]")),
    "nothing more at all": ("u", lambda page, _: press(page, "[value=everything]")),
    "taken back": ("u", lambda page, _: twice(page)),
    "how was it": ("f", None),
    "an empty answer": ("f", lambda page, _: press(page)),
    "a good answer": ("f", lambda page, _: press(page, "[name=rating][value='5']")),
    "a bad answer": ("f", lambda page, _: press(page, "[name=rating][value='1']", writes="It leaks.")),
    "tell us first": ("c", None),
    "nothing told": ("c", lambda page, _: press(page)),
    "told": ("c", lambda page, _: press(page, "[name=ring]", writes="It leaks.")),
    "too much told": ("c", lambda page, _: too_much(page)),
    "a damaged link": ("u", lambda page, at: page.goto(f"{at}u/{'A' * 22}")),
    "an old link": ("u", lambda page, at: page.goto(f"{at}f/{Links('', b'of long ago').token(1)}")),
}


async def twice(page: Page) -> None:
    await press(page, "[value=calls]")
    await press(page)


async def too_much(page: Page) -> None:
    await page.eval_on_selector("textarea", "(field, text) => { field.removeAttribute('maxlength'); field.value = text }", "long " * 2000)  # fmt: skip  # noqa: E501
    await page.click("main button")


async def test_axe_finds_nothing_on_any_page(migrated_sqlite: Path, tmp_path: Path) -> None:
    found = {name: said async for name, said in looked_at(migrated_sqlite, tmp_path, "en", judged) if said}

    assert found == {}


async def test_no_page_has_to_be_scrolled_sideways_in_the_longest_language(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    wide = {name: said async for name, said in looked_at(migrated_sqlite, tmp_path, "ru", reflowed) if said}

    assert wide == {}


async def looked_at(
    migrated: Path, folder: Path, locale: str, judge: Callable[[Page], Awaitable[list[str]]]
) -> AsyncIterator[tuple[str, list[str]]]:
    """What is said of every state of every page."""
    path = shutil.copy(migrated, folder / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        desk = replace(
            front_desk(database, Notebook(), shop=replace(SHOP, review_url="https://example.com/review")),
            links=Links(PUBLIC_URL, b"a secret of this test", expired=(b"of long ago",)),
        )
        token = desk.links.token(database.now(send_one, locale=locale))
        async with received(desk) as visitor, browser() as chromium:
            page = await chromium.new_page()
            for name, (letter, act) in STATES.items():
                await page.goto(f"{visitor.at}{letter}/{token}")
                if act:
                    await act(page, visitor.at)
                yield name, await judge(page)


async def judged(page: Page) -> list[str]:
    """What axe-core objects to: on a telephone by day everything, elsewhere what light and width change."""
    await page.evaluate(AXE_SCRIPT)
    said = []
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            rules = WCAG if (width, scheme) == (390, "light") else ["color-contrast", "target-size"]
            results = await page.evaluate("rules => axe.run({runOnly: rules})", rules)
            said += [
                f"{width} {scheme} {one['id']}: {one['nodes'][0]['html']}" for one in results["violations"]
            ]
    return said


async def reflowed(page: Page) -> list[str]:
    """At the width that WCAG 2.2 asks for, 1.4.10."""
    await page.set_viewport_size({"width": 320, "height": 800})
    is_wider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return ["wider than the screen"] if is_wider else []


async def test_everything_works_without_a_script_and_with_the_keyboard(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        desk = front_desk(database, Notebook())
        token = desk.links.token(database.now(send_one))
        async with received(desk) as visitor, browser() as chromium:
            page = await chromium.new_page(java_script_enabled=False)
            await page.goto(f"{visitor.at}f/{token}")
            for key in ("Tab", "ArrowDown", "Tab", *"Fine.", "Tab", "Tab", "Enter"):
                await page.keyboard.press(key)
            await page.wait_for_selector("h1:has-text('Thank you!')")
