"""`paldies templates send-test`: one message, as customers would get it, to oneself."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated
from uuid import uuid4

import typer

from paldies.bootstrap.channels import make_email, make_telephone
from paldies.campaigns.words import AddressKind
from paldies.channels.base import (
    Attachment,
    Channel,
    DeliveryError,
    Doubt,
    Letterhead,
    Outgoing,
    Receipt,
    Rendered,
    Report,
)
from paldies.cli.desk import Desk, as_live, sit_down
from paldies.cli.filling import Filled, Filling, fill_in
from paldies.cli.output import Refused, say
from paldies.cli.trial import Trial, marked
from paldies.clock import SystemClock
from paldies.customers.addresses import AddressError, email_address, phone_number
from paldies.templates.locales import language


def send_test(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")],
    step: Annotated[str, typer.Argument(help="The step, such as 1_right_choice.")],
    to: Annotated[str, typer.Option("--to", help="Your own address, or number.")],
    channel: Annotated[
        str,
        typer.Option(help="email, sms or call; else what the address fits: a number gets a text message."),
    ] = "",
    locale: Annotated[str, typer.Option(help="In which language: lv, en, ru …")] = "",
    order: Annotated[str, typer.Option(help="A real order, by id or number; else a sample.")] = "",
    really: Annotated[
        bool, typer.Option("--really", help="Also in rehearsal, and to an address that is not the staff's.")
    ] = False,
) -> None:
    """Send one message for real, marked as a test, to look at it in a real mailbox or on a telephone.

    In rehearsal nothing leaves: only \\[staff] email and \\[shop] phone are written to, or whom you name with
    --really. Where send_only_to is set, the same holds for whoever is not on it.
    """
    by = channel or ("email" if "@" in to else "sms")
    with sit_down(ctx) as desk:
        address = _address(desk, to, by)
        _refuse_strangers(desk, address, really=really)
        filled = fill_in(desk, Filling(campaign, step, channel=by, locale=locale, order=order))
        if locale and language(filled.content.locale) != language(locale):
            say(f"There is no text in {locale!r}: this is {filled.file}.")
        outgoing = marked(_outgoing(desk, filled, address))
        with _telephone_explained(by):
            outcome = asyncio.run(Trial(_channel(desk, by), outgoing, tell=say).go())
        say(*_told(outcome, outgoing, by))


def _address(desk: Desk, to: str, channel: str) -> str:
    """Raises Refused for a channel that nothing can be sent by, AddressError for what is no address."""
    traits = desk.traits.get(channel)
    if traits is None or traits.name == "task":
        raise Refused(
            f"A test cannot go by {channel!r}: choose email, sms or call. What staff are told to say is shown"
            " by: paldies templates preview"
        )
    if traits.address is AddressKind.EMAIL:
        return email_address(to)
    return phone_number(to, desk.settings.paldies.country)


def _refuse_strangers(desk: Desk, address: str, *, really: bool) -> None:
    is_open = not desk.settings.is_rehearsal and not desk.settings.paldies.send_only_to
    if not (really or is_open or address in set(_own(desk))):
        why = "In rehearsal nothing leaves" if desk.settings.is_rehearsal else "send_only_to is set"
        own = "[staff] email" if "@" in address else "[shop] phone"
        raise Refused(f"{why}: write to {own}, or add --really if {address} is yours.")


def _own(desk: Desk) -> Iterator[str]:
    """Whom the shop has named itself: staff, those on send_only_to, its own telephone."""
    settings = desk.settings
    for mailbox in (*settings.paldies.send_only_to, settings.staff.email):
        if mailbox:
            yield email_address(mailbox)
    with suppress(AddressError):  # it stands in letters as the shop likes to write it
        yield phone_number(settings.shop.phone, settings.paldies.country)


def _channel(desk: Desk, name: str) -> Channel:
    settings = as_live(desk.settings)
    if name == "email":
        return make_email(settings)
    found = [one for one in make_telephone(settings, SystemClock()) if one.traits.name == name]
    if not found:
        raise Refused(f"Nothing can be sent by {name}: Twilio is not set up. See [twilio] in the README.")
    return found[0]


def _outgoing(desk: Desk, filled: Filled, address: str) -> Outgoing:
    sender = desk.settings.email.sender
    reply_to = (filled.signed_by.email if filled.signed_by else "") or desk.settings.shop.email
    files = (Attachment(one.name, one.media_type, one.content) for one in filled.text.attachments)
    return Outgoing(
        rendered=Rendered(
            text_version=filled.text.id,
            letterhead=Letterhead(sender, reply_to, tuple(files)),
            to=address,
            to_name="",
            subject=filled.content.subject,
            text=filled.content.text,
            html=filled.content.html,
            locale=filled.content.locale,
            voicemail=filled.content.voicemail,
        ),
        message_id=f"{uuid4()}@{sender.rpartition('@')[2].strip('<> ')}",
        key="test",
        campaign="test",
        purpose=filled.purpose,
        attempt_id="",
    )


@contextmanager
def _telephone_explained(channel: str) -> Iterator[None]:
    """What goes wrong with a mail has words of its own already."""
    try:
        yield
    except DeliveryError as error:
        if channel == "email":
            raise
        raise Refused(f"Twilio did not take it: {error}. See [twilio] in paldies.toml.") from error
    except Doubt as doubt:
        if channel == "email":
            raise
        raise Refused(f"It may have left, nobody can tell: {doubt}. Look at the telephone first.") from doubt


def _told(outcome: tuple[Receipt, Report | None], outgoing: Outgoing, channel: str) -> list[str]:
    receipt, report = outcome
    rendered = outgoing.rendered
    if channel == "email":
        return [f"Sent to {rendered.to}: {rendered.subject}", f"The mail server said: {receipt.id}"]
    sent = f"Sent to {rendered.to} by {channel}; Twilio calls it {receipt.id}."
    if report is None:
        return [sent, "What became of it could not be asked."]
    unsettled = "" if report.kind.is_final else " That is all that is known after a minute."
    note = f" ({report.note})" if report.note else ""
    keys = ["The keys do nothing in a test."] if channel == "call" else []
    return [sent, f"{report.kind.sentence}{note}.{unsettled}", *keys]
