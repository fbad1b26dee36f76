"""Serves the preview's page on this machine, and opens it."""

import asyncio
import os
import signal
import sys
import webbrowser
from dataclasses import dataclass
from urllib.parse import urlencode

from paldies.cli.desk import Desk
from paldies.cli.filling import row_of
from paldies.cli.output import Refused, say
from paldies.cli.text_check import carriers
from paldies.templates.library import Library


@dataclass(frozen=True, slots=True)
class Page:
    """What it opens with; empty: the whole campaign, the customer's language, a sample order."""

    campaign: str
    step: str = ""
    locale: str = ""
    order: str = ""
    port: int = 0
    opens: bool = False

    async def serve(self, desk: Desk) -> None:
        """Until Ctrl+C. Raises Refused for what is not there, SetUpError for a port that is taken."""
        from paldies.preview.app import make_page  # a web server takes half a second to load
        from paldies.preview.bench import Bench
        from paldies.preview.plan import plans
        from paldies.web.serving import serving

        # a library of its own, which remembers no good version: what is broken now is to be seen
        library = Library(desk.settings.paldies.templates, locale=desk.settings.paldies.locale)
        library.refresh()
        bench = Bench(
            desk.settings, desk.database, library, desk.traits, carriers(desk.settings, desk.traits)
        )
        if self.campaign not in (known := plans(bench)):
            raise Refused(f"There is no campaign {self.campaign!r}. There are: {', '.join(known) or 'none'}.")
        query = self._query(desk)
        over = _interrupted()
        async with serving(make_page(bench), self.port, remedy="add --port 0") as at:
            say(f"The preview: {at}?{query}", "It follows what you save. Ctrl+C ends it.")
            if self.opens and _has_screen():
                await asyncio.to_thread(webbrowser.open, f"{at}?{query}")
            await over.wait()

    def _query(self, desk: Desk) -> str:
        order = str(row_of(desk, self.order)) if self.order else ""
        asked = {"campaign": self.campaign, "step": self.step, "locale": self.locale, "order": order}
        return urlencode({name: value for name, value in asked.items() if value})


def _has_screen() -> bool:
    """On a server, a browser would take over the terminal."""
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))


def _interrupted() -> asyncio.Event:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    return over
