"""Everything around paldies, running on this machine for as long as the demo does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Mount

from paldies.bootstrap.app import App
from paldies.customers.addresses import phone_number
from paldies.demo.story.telling import Story
from paldies.demo.telephone.callbacks import Callbacks
from paldies.demo.telephone.company import Company
from paldies.demo.telephone.serving import answering
from paldies.demo.world.customers import Customers
from paldies.demo.world.key_presses import KeyPresses
from paldies.demo.world.mail_server import MailServer
from paldies.demo.world.people import People
from paldies.demo.world.shop import SampleShop
from paldies.demo.world.staff import Staff
from paldies.settings import Settings
from paldies.web.app import make_pages
from paldies.web.reception import Reception
from paldies.web.serving import serving

SHOP_FILE = "shop.db"
MAILS = "mails"


@dataclass(frozen=True, slots=True)
class Town:
    """`pages` is what is served at `url`: paldies' own pages join it once there is a house."""

    story: Story
    shop: SampleShop
    mail: MailServer
    telephone: Company
    telephone_url: str
    pages: FastAPI
    url: str

    def open_pages(self, app: App, settings: Settings) -> None:
        """From now on the links in letters lead somewhere."""
        self.pages.router.routes[:] = [one for one in self.pages.routes if not isinstance(one, Mount)]
        self.pages.mount("", make_pages(Reception.of(app, settings)))

    def people(self, app: App) -> People:
        everybody = self.story.people
        return People(
            Callbacks(self.telephone),
            Customers(everybody, self.mail, app.clock),
            KeyPresses(self.telephone, app.clock),
            Staff(everybody, app),
        )


@asynccontextmanager
async def built(
    story: Story, folder: Path, *, pages: FastAPI, mail: MailServer, telephone: Company, port: int = 0
) -> AsyncIterator[Town]:
    """`port` 0 takes a free one. Raises SetUpError."""
    shop = SampleShop(folder / SHOP_FILE)
    shop.happen(story.earlier)
    _connect(telephone, story)
    remedy = "leave --port out, and a free one is found"
    async with mail, answering(telephone) as telephone_url, serving(pages, port, remedy=remedy) as url:
        yield Town(story, shop, mail, telephone, telephone_url, pages, url)


def _connect(telephone: Company, story: Story) -> None:
    """Every customer's telephone, and what happens at its end."""
    for person in story.people:
        if person.phone:
            number = phone_number(person.phone, person.place.country)
            telephone.expect_calls(number, *person.rings)
            telephone.expect_texts(number, *person.texts)
