"""What a setting may be worth: each kind says what to write instead."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from paldies.campaigns.durations import parse_duration
from paldies.campaigns.money import Money, parse_money
from paldies.channels.email.imap import Mailbox
from paldies.channels.email.server import Server
from paldies.outbox.rate import Rate


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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


def _imap(url: SecretStr) -> SecretStr:
    if url.get_secret_value():
        Mailbox.from_url(url.get_secret_value())
    return url


def _https(url: str) -> str:
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError('write "https://…", as customers will open it; or leave it empty')
    return url.rstrip("/")


Zone = Annotated[str, AfterValidator(_zone)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
RateText = Annotated[str, AfterValidator(_rate)]  # "14/s"
SmtpUrl = Annotated[SecretStr, AfterValidator(_smtp)]
ImapUrl = Annotated[SecretStr, AfterValidator(_imap)]
PublicUrl = Annotated[str, AfterValidator(_https)]
Span = Annotated[
    timedelta, BeforeValidator(lambda value: parse_duration(value) if isinstance(value, str) else value)
]
Price = Annotated[
    Money, BeforeValidator(lambda value: parse_money(value) if isinstance(value, str) else value)
]
