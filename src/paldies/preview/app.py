"""What the page asks for: the campaign as it is now, the orders to choose from, what was saved."""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, HTTPException

from paldies.preview import examples
from paldies.preview.bench import Bench
from paldies.preview.timeline import timeline
from paldies.preview.watching import fingerprint
from paldies.web.own_machine import page_of_own


def make_page(bench: Bench) -> FastAPI:
    """For this machine only: it shows customers' names, and asks nobody who they are."""
    # letters may show pictures, from wherever they are
    page = page_of_own(files(__package__) / "page", images="data: https:")

    @page.get("/saved")
    def saved() -> dict[str, str]:
        """Another answer once anything in the folder has been saved."""
        return {"state": fingerprint(bench.folder)}

    @page.get("/orders")
    def orders() -> list[dict[str, Any]]:
        return examples.choices(bench)

    @page.get("/campaigns/{name}")
    def campaign(name: str, order: str = "", locale: str = "") -> dict[str, Any]:
        state = fingerprint(bench.folder)  # before reading: what is saved meanwhile is read again
        if (sample := examples.example(bench, order)) is None:
            raise HTTPException(404, "There is no such order any more.")
        if (told := timeline(bench, name, sample, locale=locale)) is None:
            raise HTTPException(404, f"There is no campaign {name!r} in the templates folder.")
        return told | {"state": state}

    return page
