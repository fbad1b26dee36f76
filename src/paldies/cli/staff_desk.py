"""`paldies desk`: who may sit at the desk."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer

from paldies.bootstrap.channels import make_email
from paldies.campaigns.faults import suggestion
from paldies.campaigns.words import Purpose
from paldies.channels.base import Letterhead, Outgoing, Rendered
from paldies.channels.email.channel import EmailChannel
from paldies.cli.desk import Desk, as_live, sit_down
from paldies.cli.output import Refused, counted, say
from paldies.settings.people import Member
from paldies.web.staff import sessions
from paldies.web.staff.office import place

app = typer.Typer(no_args_is_help=True, add_completion=False)

Who = Annotated[str, typer.Option("--staff", help="Who: a name of [[staff.members]].", metavar="NAME")]


@app.callback()
def desk_() -> None:
    """The page from which staff act: who may sit at it."""


@app.command()
def link(
    ctx: typer.Context,
    staff: Who,
    mail: Annotated[bool, typer.Option("--mail", help="Send it to their address instead.")] = False,
) -> None:
    """A link that signs somebody in: once, and within 15 minutes."""
    with sit_down(ctx) as desk:
        member = _member(desk, staff)
        if mail and not member.email:
            raise Refused(f'{staff} has no address: write email = "…" below their name in [[staff.members]].')
        token = desk.write(sessions.make_link, member.name, now=desk.now)
        address = f"{place(desk.settings)}/desk/sign-in/{token}"
        if not mail:
            print(address)  # by itself, so that it can be copied or piped
            return
        channel = make_email(as_live(desk.settings))
        asyncio.run(_send(channel, _letter(desk, member, address)))
        say(f"Sent to {member.email}. The link works once, within 15 minutes.")


@app.command("sign-out")
def sign_out(ctx: typer.Context, staff: Who) -> None:
    """End every session of somebody at once, and links that they have not used."""
    with sit_down(ctx) as desk:
        ended = desk.write(sessions.sign_out_everywhere, staff, now=desk.now)
        say(f"{staff} is signed out everywhere ({counted(ended, 'session')}).")


def _member(desk: Desk, name: str) -> Member:
    """Raises Refused."""
    team = desk.settings.staff
    member = team.member(name)
    if member is None:
        known = [one.name for one in team.members]
        raise Refused(f"Nobody in [[staff.members]] is called {name!r}; {suggestion(name, known)}.")
    return member


def _letter(desk: Desk, member: Member, address: str) -> Outgoing:
    sender = desk.settings.email.sender
    subject, text = sessions.letter_with(address, member.name)
    return Outgoing(
        rendered=Rendered("desk", Letterhead(sender), member.email, "", subject, text),
        message_id=f"{uuid4()}@{sender.rpartition('@')[2].strip('<> ')}",
        key="desk",
        campaign="desk",
        purpose=Purpose.SERVICE,
        attempt_id="",
    )


async def _send(channel: EmailChannel, letter: Outgoing) -> None:
    try:
        await channel.send(letter)
    finally:
        await channel.close()
