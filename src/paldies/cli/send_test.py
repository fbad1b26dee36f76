"""`paldies templates send-test`: one message, as customers would get it, to one's own mailbox."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer

from paldies.bootstrap import make_email
from paldies.channels.base import Attachment, Channel, Letterhead, Outgoing, Receipt, Rendered
from paldies.cli.desk import Desk, as_live, sit_down
from paldies.cli.output import Refused, say
from paldies.cli.preview import Filled, Filling, fill_in
from paldies.customers.addresses import email_address


def send_test(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")],
    step: Annotated[str, typer.Argument(help="The step, such as 1_right_choice.")],
    to: Annotated[str, typer.Option("--to", help="Your own address.")],
    locale: Annotated[str, typer.Option(help="In which language: lv, en, ru …")] = "",
    order: Annotated[str, typer.Option(help="A real order, by id or number; else a sample.")] = "",
    really: Annotated[
        bool, typer.Option("--really", help="Also in rehearsal, and to an address that is not the staff's.")
    ] = False,
) -> None:
    """Send one e-mail through the real mail server, to look at it in a real mailbox.

    In rehearsal nothing leaves: only [staff] email is written to, or whom you name with --really. Where
    send_only_to is set, the same holds for addresses that are not on it.
    """
    with sit_down(ctx) as desk:
        address = email_address(to)
        _refuse_strangers(desk, address, really=really)
        filled = fill_in(desk, Filling(campaign, step, locale=locale, order=order))
        channel = make_email(as_live(desk.settings))
        receipt = asyncio.run(_send(channel, _outgoing(desk, filled, address)))
        say(f"Sent to {address}: {filled.content.subject}", f"The mail server said: {receipt.id}")


def _refuse_strangers(desk: Desk, address: str, *, really: bool) -> None:
    allowed = {email_address(known) for known in desk.settings.paldies.send_only_to}
    if desk.settings.staff.email:
        allowed.add(email_address(desk.settings.staff.email))
    is_open = not desk.settings.is_rehearsal and not desk.settings.paldies.send_only_to
    if not (really or is_open or address in allowed):
        why = "In rehearsal nothing leaves" if desk.settings.is_rehearsal else "send_only_to is set"
        raise Refused(f"{why}: write to [staff] email, or add --really if {address} is yours.")


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
        ),
        message_id=f"{uuid4()}@{sender.rpartition('@')[2].strip('<> ')}",
        key="test",
        campaign="test",
        purpose=filled.purpose,
        attempt_id="",
    )


async def _send(channel: Channel, message: Outgoing) -> Receipt:
    try:
        return await channel.send(message)
    finally:
        await channel.close()
