"""paldies.toml and the environment, as one frozen value that refuses what is unsafe."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from paldies.campaigns.durations import parse_duration
from paldies.campaigns.money import Money, parse_money
from paldies.channels.email.server import Server
from paldies.outbox.rate import Rate

_SECRET_DETAILS = ("key", "secret", "token", "client_secret")  # of shops that are asked over HTTP
_PASSWORD = re.compile(r"://[^:/]*:(.+)@|[?&]password=([^&]+)")  # of URLs that are no good as well
_SHORTEST_SECRET = 5  # characters; cut out of everything, a shorter one would leave holes in common words


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f'"{name}" is not a time zone; write one like "Europe/Riga"')
    return str(ZoneInfo(name))


def _database(url: str) -> str:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql", "postgres"):
        raise ValueError('write "sqlite:///paldies.db" or "postgresql://user:password@host/name"')
    return url


def _rate(text: str) -> str:
    Rate(text)
    return text


def _smtp(url: SecretStr) -> SecretStr:
    if url.get_secret_value():
        Server.from_url(url.get_secret_value())
    return url


def _https(url: str) -> str:
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError('write "https://…", as customers will open it; or leave it empty')
    return url.rstrip("/")


Zone = Annotated[str, AfterValidator(_zone)]
Span = Annotated[
    timedelta, BeforeValidator(lambda value: parse_duration(value) if isinstance(value, str) else value)
]


Price = Annotated[
    Money, BeforeValidator(lambda value: parse_money(value) if isinstance(value, str) else value)
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Main(_Section):
    """[paldies]"""

    mode: Literal["rehearsal", "live"] = "rehearsal"
    database: Annotated[str, AfterValidator(_database), Field(repr=False)] = "sqlite:///paldies.db"
    state_dir: Path = Path(".paldies")
    templates: Path = Path("message_templates")
    public_url: Annotated[str, AfterValidator(_https)] = ""
    time_zone: Zone = "UTC"
    locale: str = "en"
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""  # of telephone numbers without one
    send_only_to: tuple[str, ...] = ()
    soft_opt_in: bool = True
    autopublish: bool = True  # of texts: what passes its checks is live
    keep_texts: Annotated[Span, Field(ge=timedelta(days=30))] = timedelta(days=400)
    stop_timeout: Span = timedelta(seconds=25)


class OwnShop(_Section):
    """[shop]: who we are, for templates."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    url: str = ""


class OrderSource(_Section):
    """[[shops]]: a place that orders come from. Which keys a kind understands, the kind says itself."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    kind: str
    poll: Span = timedelta(seconds=15)

    @property
    def details(self) -> Mapping[str, Any]:
        """Everything but name, kind and poll."""
        return dict(self.model_extra or {})

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Without the details: keys and passwords are among them."""
        return [("name", self.name), ("kind", self.kind)]


class Email(_Section):
    """[email]"""

    url: Annotated[SecretStr, AfterValidator(_smtp)] = SecretStr("")
    sender: str = Field(default="", alias="from")
    connections: Annotated[int, Field(ge=1, le=64)] = 16
    rate: Annotated[str, AfterValidator(_rate)] = "14/s"
    tls: Literal["auto", "required", "none"] = "auto"
    dkim_selector: str = ""
    dkim_key: Path | None = None  # a file; without one the mail server signs, or nobody does

    @model_validator(mode="after")
    def _signs_whole(self) -> "Email":
        if bool(self.dkim_selector) != bool(self.dkim_key):
            raise ValueError("dkim_selector and dkim_key are of use together only: write both, or neither")
        return self


class Staff(_Section):
    """[staff]"""

    email: str = ""


class Web(_Section):
    """[web]: the pages that messages link to, as seen from the proxy in front of them."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8025  # 0: no pages


class Twilio(_Section):
    """[twilio]: calls and text messages; prices are what Twilio charges, as far as the budget goes."""

    account_sid: Annotated[str, Field(pattern="^(AC[0-9a-fA-F]{32})?$")] = ""
    auth_token: SecretStr = SecretStr("")
    sender: Annotated[str, Field(alias="from", pattern=r"^(\+[1-9]\d{6,14})?$")] = ""
    base_url: str = ""
    calls_per_second: Annotated[float, Field(gt=0, le=100)] = 1
    sms_per_second: Annotated[float, Field(gt=0, le=1000)] = 1
    daily_budget: Price | None = None
    call_price: Price = Money(Decimal("0.10"), "EUR")  # a minute
    sms_price: Price = Money(Decimal("0.08"), "EUR")  # a segment
    voices: Mapping[str, str] = Field(default_factory=dict)  # by language, beside the usual ones

    @model_validator(mode="after")
    def _is_whole(self) -> "Twilio":
        given = {
            "account_sid": self.account_sid,
            "auth_token": self.auth_token.get_secret_value(),
            "from": self.sender,
        }
        if any(given.values()) and not all(given.values()):
            missing = ", ".join(name for name, value in given.items() if not value)
            raise ValueError(
                f"{missing} is missing: calls and text messages need all three of {', '.join(given)}"
            )
        prices = {self.call_price.currency, self.sms_price.currency}
        if self.daily_budget and prices != {self.daily_budget.currency}:
            raise ValueError("daily_budget, call_price and sms_price must be in one currency")
        return self

    @property
    def is_set_up(self) -> bool:
        return bool(self.account_sid)


class Settings(_Section):
    """Everything that can be set. Relative paths are relative to the file they stand in."""

    paldies: Main = Main()
    shop: OwnShop = OwnShop()
    shops: tuple[OrderSource, ...] = ()
    email: Email = Email()
    staff: Staff = Staff()
    twilio: Twilio = Twilio()
    web: Web = Web()

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
        urls = [self.email.url.get_secret_value(), self.paldies.database]
        found = [self.twilio.auth_token.get_secret_value()]
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
