"""What `paldies check` says about those through whom messages leave: the mail server and Twilio."""

import asyncio

from paldies.bootstrap.channels import make_email, make_telephone
from paldies.bootstrap.set_up import SetUpError
from paldies.channels.base import Channel, DeliveryError
from paldies.cli.checks.told import Told
from paldies.cli.desk import as_live
from paldies.clock import SystemClock
from paldies.settings import Settings


def look_at_mail_server(settings: Settings) -> Told:
    if not settings.email.url.get_secret_value() and settings.is_rehearsal:
        return Told("ok", "not set yet; not needed in rehearsal", "For live: url in [email].")
    try:
        asyncio.run(_probe(make_email(as_live(settings))))
    except SetUpError as error:
        said, _, remedy = str(error).partition(": ")
        return Told("problem", said, remedy)
    except ValueError as error:
        return Told("problem", str(error), 'Write from = "Anna <anna@example.com>" under [email].')
    except DeliveryError as error:
        return Told("problem", str(error), "See url in [email], or PALDIES_EMAIL_URL.")
    return Told("ok", "it answers, and lets us in")


def look_at_telephone(settings: Settings) -> Told:
    twilio = settings.twilio
    if not twilio.is_set_up:
        said = "not set up: steps go on to their next channel"
        return Told("ok", said, "For calls and text messages: [twilio].")
    call, _ = make_telephone(as_live(settings), SystemClock())
    try:
        asyncio.run(_probe(call))
    except DeliveryError as error:
        return Told("problem", str(error), "See [twilio], and PALDIES_TWILIO_AUTH_TOKEN.")
    if twilio.daily_budget is None:
        return Told("warning", "it answers", 'Set daily_budget = "20 EUR" under [twilio].')
    return Told("ok", f"it answers; {twilio.daily_budget} a day")


async def _probe(channel: Channel) -> None:
    try:
        await channel.probe()
    finally:
        await channel.close()
