"""What the page asks for: the news since its last look, one letter, one call, the story of one order."""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException

from paldies.demo.page.cards import card_of, ticker, told
from paldies.demo.page.view import View, day_and_time
from paldies.web.own_machine import page_of_own


def make_page(view: View) -> FastAPI:
    # what letters might name elsewhere is not fetched either
    page = page_of_own(files(__package__), images="data:")

    @page.get("/news")
    async def news(since: int = 0) -> dict[str, Any]:
        """What came after so many lines of the chronicle."""
        entries = view.chronicle.entries
        new = entries[max(0, since) :]
        tally = view.chronicle.tally
        return {
            "until": len(entries),
            "clock": day_and_time(view.clock.now()),
            "share": view.share,
            "days": view.days,
            "is_over": view.is_over,
            "orders": tally.orders,
            "ticker": ticker(entries),
            "counts": {
                "letters": tally.letters,
                "telephone": tally.calls + tally.texts,
                "staff": tally.tasks,
                "quiet": tally.silences,
            },
            "cards": [card for entry in new if (card := card_of(entry, view))],
        }

    @page.get("/letters")
    async def letter(id: str) -> dict[str, str]:
        if (mail := view.letter(id)) is None:
            raise HTTPException(404)
        return {
            "from": str(mail.message["From"]),
            "to": mail.recipient,
            "html": mail.body("html"),
            "text": mail.body("plain"),
            "head": mail.head,
        }

    @page.get("/calls/{sid}")
    async def call(sid: str) -> dict[str, Any]:
        """Who was on the line, and what was said."""
        if (found := view.call(sid)) is None:
            raise HTTPException(404)
        return {
            "to": found.to,
            "status": found.status(found.over_at),
            "by": found.answered_by(found.over_at) or "",
            "key": view.key(sid),
            "seconds": view.duration(sid),
            "said": [
                {"text": heard.text, "is_recorded": heard.is_recorded, "is_whole": heard.is_whole}
                for heard in found.heard(found.over_at)
            ],
        }

    @page.get("/orders/{number}")
    async def story(number: str) -> list[dict[str, Any]]:
        """Everything that happened around one order."""
        return [
            told(entry) for entry in view.chronicle.entries if entry.number == number and not entry.is_usual
        ]

    return page
