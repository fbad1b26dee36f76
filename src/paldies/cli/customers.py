"""`paldies customers`: who bought, and what they wish."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from paldies.bootstrap.databases import databases_for_wishes
from paldies.campaigns.words import Purpose
from paldies.cli.desk import Desk, read_settings, sit_down
from paldies.cli.forgetting import export_, forget_
from paldies.cli.output import AsJson, Refused, as_json, coloured, heading, local, pairs, say, table
from paldies.customers.addresses import as_compared
from paldies.customers.consents import CHECKBOXES
from paldies.customers.merges import merged_as, unmerge
from paldies.replies import permissions
from paldies.reports.customer_card import Card, card_of

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("export")(export_)
app.command("forget")(forget_)

_A_PERSON = "person"

Address = Annotated[str, typer.Argument(help="An e-mail address, or a number with + and its country.")]


@app.callback()
def customers() -> None:
    """Who bought, and what they wish."""


@app.command()
def show(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(metavar="EMAIL|ID", help="An address, or the shop's id.")],
    json: AsJson = False,
) -> None:
    """One customer: addresses, what they agreed to, what they never want again, and their orders."""
    with sit_down(ctx) as desk:
        card = desk.look(card_of, who)
        if card is None:
            raise Refused(f"There is no customer {who!r} here{desk.where}. See: paldies orders list")
        if json:
            as_json(card)
        else:
            _show(desk, card)


@app.command()
def allow(
    ctx: typer.Context,
    address: Address,
    channel: Annotated[str, typer.Option(help="email, sms or call; email for an e-mail address.")] = "",
    purpose: Annotated[Purpose, typer.Option(help="What they agreed to.")] = Purpose.PROMOTIONAL,
    note: Annotated[str, typer.Option(help='How they said so: "asked by phone on Monday".')] = "",
) -> None:
    """Write down that someone agreed, and lift what kept this channel from them for this purpose."""
    known = as_compared(address)
    channel = _channel(channel, known, among=CHECKBOXES)
    now = datetime.now(UTC)

    def write(session: Session) -> str:
        return permissions.agree(
            session, known, channel=channel, purpose=purpose, wording=note, by=_A_PERSON, now=now
        )

    why_not = _in_all_databases(ctx, write)
    say(f"Written down: {known} agrees to {purpose} messages by {channel}.")
    if why_not:
        raise Refused(
            f"But nothing at all may be sent to {known} ({why_not}). If that has changed as well: "
            f"paldies customers unsuppress {known}"
        )


@app.command("suppress")
def suppress_(
    ctx: typer.Context,
    address: Address,
    reason: Annotated[str, typer.Option("--reason", help="A sentence for your colleagues.")],
    channel: Annotated[str, typer.Option(help="Only this channel; otherwise all.")] = "",
    purpose: Annotated[Purpose | None, typer.Option(help="Only this purpose; otherwise all.")] = None,
) -> None:
    """Never contact an address or number again: at all, on one channel, or for one purpose."""
    known = as_compared(address)
    if channel:
        channel = _channel(channel, known, among=permissions.CHANNELS)

    def write(session: Session) -> bool:
        return permissions.forbid(
            session,
            known,
            reason=reason,
            now=datetime.now(UTC),
            channel=channel,
            purpose=purpose.value if purpose else "",
        )

    is_news = _in_all_databases(ctx, write)
    what = f"{purpose} messages" if purpose else "nothing more" if not channel else "nothing"
    where = f" by {channel}" if channel else ""
    said = f"gets no {what}{where}" if purpose else f"gets {what}{where}"
    say(f"From now on {known} {said}." if is_news else f"That was written down before: {known} {said}.")


@app.command()
def unsuppress(ctx: typer.Context, address: Address) -> None:
    """Lift everything that keeps messages from an address or number; a customer has to have asked for it."""
    known = as_compared(address)

    def write(session: Session) -> bool:
        return permissions.open_again(session, known, by=_A_PERSON, now=datetime.now(UTC))

    lifted = _in_all_databases(ctx, write)
    if not lifted:
        raise Refused(f"Nothing kept messages from {known}.")
    say(f"Lifted: {known} may be written to again, within what they agreed to.")


@app.command("unmerge")
def unmerge_(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(metavar="ID", help="Of one who was merged, as `show` lists them.")],
) -> None:
    """Take two people apart who were taken for one: each has their own orders again, and they stay two."""
    with sit_down(ctx) as desk:
        match desk.look(merged_as, who):
            case [one]:
                is_done = desk.write(unmerge, one)
            case []:
                raise Refused(f"{who!r} was not merged with anybody{desk.where}. See: paldies customers show")
            case _:
                raise Refused(f"Two shops know {who!r}. Say it by our id: see paldies customers show")
    if not is_done:
        raise Refused("A message to them is just leaving. Try again in a minute.")
    say(f"{who} is a customer of their own again.")


def _channel(channel: str, address: str, *, among: Collection[str]) -> str:
    if not channel and "@" in address:
        return "email"
    if channel not in among:
        raise typer.BadParameter(f"--channel: write one of {', '.join(sorted(among))}")
    if not permissions.goes_to(channel, address):
        raise typer.BadParameter(f"--channel: {channel} does not go to {address}")
    return channel


def _in_all_databases(ctx: typer.Context, write: Callable[[Session], Any]) -> Any:
    """What is entered in rehearsal holds in live, too; the answer is that of the database of the mode."""
    answers = []
    for database in databases_for_wishes(read_settings(ctx)):
        answers.append(database.now(write))
        database.close()
    return answers[0]


def _show(desk: Desk, card: Card) -> None:
    person = card.customer
    pairs(
        [
            ("customer", f"{person['first_name']} {person['last_name']}".strip()),
            ("addresses", "\n".join(card.addresses)),
            ("language", person["locale"]),
            ("trust", person["stage"]),
            ("known as", ", ".join(f"{one['id']} ({one['shop']})" for one in card.known_as)),
            ("our id", person["uuid"]),
            ("merged with", "\n".join(card.was)),
        ]
    )
    if card.consents:
        heading("Asked whether they may be contacted, they said")
        table(
            ["Answer", "Address", "For", "Since", "Source"],
            [
                (
                    coloured("skipped", ": no") if row["withdrawn_at"] else coloured("ok", ": yes"),
                    row["address"],
                    f"{row['purpose']} by {row['channel']}",
                    local(row["withdrawn_at"] or row["granted_at"], desk.zone),
                    row["source"] + (f"\n{row['wording']}" if row["wording"] else ""),
                )
                for row in card.consents
            ],
        )
    if card.suppressions:
        heading("Never again")
        table(
            ["", "Address", "What", "Since", "Why"],
            [
                (
                    coloured("finished", "") if row["lifted_at"] else coloured("problem", ""),
                    row["address"],
                    f"{row['purpose'] or 'everything'} by {row['channel'] or 'any channel'}",
                    local(row["suppressed_at"], desk.zone),
                    f"{row['reason']} ({row['source']})"
                    + (f"\nlifted {local(row['lifted_at'], desk.zone)}" if row["lifted_at"] else ""),
                )
                for row in card.suppressions
            ],
        )
    heading("Orders")
    table(
        ["Order", "Placed", "State", "Shop"],
        [
            (row["number"], local(row["placed_at"], desk.zone), row["status"], row["shop"])
            for row in card.orders
        ],
        foot=desk.where[3:],
    )
