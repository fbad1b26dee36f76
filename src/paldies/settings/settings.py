"""Everything that can be set, as one value; what must not be read by anybody is known here too."""

import re
from urllib.parse import unquote

from pydantic import model_validator
from sqlalchemy import make_url

from paldies.settings.duty import Duty
from paldies.settings.email import Email
from paldies.settings.main import Main
from paldies.settings.people import Staff, Web
from paldies.settings.privacy import Privacy
from paldies.settings.shops import OrderSource, OwnShop
from paldies.settings.twilio import Twilio
from paldies.settings.values import Section

_SECRET_DETAILS = frozenset("key secret token client_secret webhook_secret old_webhook_secret".split())
_PASSWORD = re.compile(r"://[^:/]*:(.+)@|[?&]password=([^&]+)")  # of URLs that are no good as well
_SHORTEST_SECRET = 5  # characters; cut out of everything, a shorter one would leave holes in common words


class Settings(Section):
    """Everything that can be set. Relative paths are relative to the file they stand in."""

    paldies: Main = Main()
    shop: OwnShop = OwnShop()
    shops: tuple[OrderSource, ...] = ()
    email: Email = Email()
    staff: Staff = Staff()
    duty: Duty = Duty()
    twilio: Twilio = Twilio()
    web: Web = Web()
    privacy: Privacy = Privacy()

    @model_validator(mode="after")
    def _live_needs_a_way_to_send(self) -> "Settings":
        if self.paldies.mode == "live" and self.email.url.get_secret_value() and "@" not in self.email.sender:
            raise ValueError('email.from is missing: write for example from = "Anna <anna@example.com>"')
        names = [shop.name for shop in self.shops]
        if "customer" in names:
            raise ValueError('a shop cannot be called "customer": its orders would look like customers')
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(
                f"two shops are called {', '.join(sorted(twice))}: every [[shops]] needs its own name"
            )
        return self

    @property
    def secrets(self) -> frozenset[str]:
        """What must be read by nobody, wherever it may turn up."""
        urls = [
            self.email.url.get_secret_value(),
            self.email.bounces.url.get_secret_value(),
            self.paldies.database,
        ]
        found = [self.twilio.auth_token.get_secret_value()]
        found += [url.get_secret_value() for url in self.staff.notify]
        found.append(self.web.metrics_token.get_secret_value())
        for shop in self.shops:
            found += [str(value) for key, value in shop.details.items() if key in _SECRET_DETAILS]
            urls.append(str(shop.details.get("url", "")))
        found += [password for url in urls for pair in _PASSWORD.findall(url) for password in pair]
        found += list(map(unquote, found))
        return frozenset(word for word in found if len(word) >= _SHORTEST_SECRET)

    @property
    def is_rehearsal(self) -> bool:
        return self.paldies.mode == "rehearsal"

    @property
    def database_url(self) -> str:
        return self.paldies.database

    @property
    def rehearsal_database_url(self) -> str:
        """Rehearsal keeps a database of its own: `paldies.db` → `paldies.rehearsal.db`."""
        url = make_url(self.paldies.database)
        assert url.database  # noqa: S101 - `_database` saw to it
        if url.get_backend_name() == "sqlite":
            stem, dot, suffix = url.database.rpartition(".")
            name = f"{stem}.rehearsal.{suffix}" if dot else f"{url.database}.rehearsal"
        else:
            name = f"{url.database}_rehearsal"
        return url.set(database=name).render_as_string(hide_password=False)
