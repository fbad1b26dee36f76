"""Makes the channels that are set up."""

from typing import TYPE_CHECKING

from paldies.bootstrap.set_up import SetUpError
from paldies.channels import TRAITS
from paldies.channels.base import Channel
from paldies.channels.email.channel import EmailChannel
from paldies.channels.email.dkim_key import read_signer
from paldies.channels.rehearsal import Rehearsal
from paldies.channels.task.channel import TaskChannel
from paldies.clock import Clock
from paldies.settings import Settings
from paldies.store.database import Database

if TYPE_CHECKING:
    from paldies.channels.email.dkim import Signer


UNLIMITED = "100000/s"  # in rehearsal, and at the shop's own desk, nobody has to be spared


def make_channels(settings: Settings, database: Database, clock: Clock) -> list[Channel]:
    """Those that are set up; in rehearsal all of them. Raises SetUpError if e-mail is not."""
    if settings.is_rehearsal:
        return [Rehearsal(traits) for traits in TRAITS.values()]
    return [make_email(settings), *make_telephone(settings, clock), TaskChannel(database, clock)]


def make_email(settings: Settings) -> EmailChannel:
    """Raises SetUpError if something is missing that sending needs."""
    url = settings.email.url.get_secret_value()
    if not url:
        raise SetUpError(
            'email.url is missing: write url = "smtp://user:password@host:587" under [email], or set '
            "PALDIES_EMAIL_URL"
        )
    return EmailChannel(
        url,
        settings.email.sender,
        connections=settings.email.connections,
        tls=settings.email.tls,
        bounces_to=settings.email.bounces.address,
        signer=make_signer(settings),
    )


def make_signer(settings: Settings) -> "Signer | None":
    """None where the mail server is to sign. Raises SetUpError if the key cannot be used."""
    email = settings.email
    if email.dkim_key is None:
        return None
    try:
        return read_signer(email.dkim_key, email.dkim_selector, sender=email.sender)
    except ValueError as error:
        raise SetUpError(f"email.dkim_key: {error}") from error


def make_telephone(settings: Settings, clock: Clock) -> list[Channel]:
    """Calls and text messages, which share one account; nothing where Twilio is not set up."""
    twilio = settings.twilio
    if not twilio.is_set_up:
        return []
    from paldies.channels.call.channel import CallChannel  # its SDK takes half a second to read
    from paldies.channels.sms.channel import SmsChannel
    from paldies.channels.twilio.account import Account

    account = Account(twilio.account_sid, twilio.auth_token.get_secret_value(), base_url=twilio.base_url)
    call_price, sms_price = twilio.call_price.amount, twilio.sms_price.amount
    return [
        CallChannel(account, sender=twilio.sender, price=call_price, voices=twilio.voices, clock=clock),
        SmsChannel(account, sender=twilio.sender, price=sms_price, clock=clock),
    ]


def rate_of(channel: str, settings: Settings) -> str:
    """How many messages a channel may take: see Rate."""
    rates = {
        "email": settings.email.rate,
        "call": f"{settings.twilio.calls_per_second:f}/s",
        "sms": f"{settings.twilio.sms_per_second:f}/s",
    }
    return UNLIMITED if settings.is_rehearsal else rates.get(channel, UNLIMITED)
