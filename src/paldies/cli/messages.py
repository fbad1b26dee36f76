"""`paldies messages`: what was sent, what waits, and why; what a person may do about it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import typer
from rich.text import Text

from paldies.campaigns.words import MessageStatus
from paldies.cli.desk import Desk, sit_down
from paldies.cli.message_rows import Listed, latest, spell_out
from paldies.cli.output import AsJson, Refused, Yes, as_json, coloured, confirm, counted, local, say, table
from paldies.outbox import by_hand
from paldies.outbox.by_hand import Handled
from paldies.outbox.composer import opened
from paldies.reports.as_json import to_json
from paldies.reports.finding import was_forgotten
from paldies.reports.telling import to_text
from paldies.reports.why import explain

app = typer.Typer(no_args_is_help=True, add_completion=False)

Keys = Annotated[
    list[str] | None,
    typer.Argument(help="Messages, by the number or the key that `list` shows.", metavar="KEY…"),
]
InCampaign = Annotated[str, typer.Option("--campaign", help="Only, or all, of this campaign.")]


@app.callback()
def messages() -> None:
    """What was sent, what waits, and why."""


@app.command("list")
def list_(
    ctx: typer.Context,
    status: Annotated[MessageStatus | None, typer.Option(help="Only those in this state.")] = None,
    campaign: InCampaign = "",
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    json: AsJson = False,
) -> None:
    """The messages that were planned last. What waits for you: --status held, --status unconfirmed."""
    with sit_down(ctx) as desk:
        found = desk.look(latest, status, campaign=campaign, limit=limit)
        if json:
            as_json(found)
        elif found:
            rows = [_line(desk, one) for one in found]
            table(["No.", "When", "Who", "What", "State"], rows, foot=desk.foot(len(rows), limit))
        else:
            say("There are no such messages." if status or campaign else "There are no messages yet.")


def _line(desk: Desk, one: Listed) -> Sequence[str | Text]:
    return (
        str(one.number),
        local(one.at, desk.zone).replace(" ", "\n"),
        f"{one.order}\n{one.address}",
        f"{one.campaign}\n{one.step} ({one.channel})",
        coloured(one.status, f"\n{one.sentence}" if one.sentence else ""),
    )


@app.command()
def why(
    ctx: typer.Context,
    who: Annotated[
        str, typer.Argument(metavar="ORDER|EMAIL|PHONE", help="An order's id or number, or a buyer.")
    ],
    text: Annotated[bool, typer.Option("--text", help="With what was said, as far as it is kept.")] = False,
    json: AsJson = False,
) -> None:
    """Why did she get this, or not? Every step of every campaign that concerns an order, in sentences."""
    with sit_down(ctx) as desk:
        house = _House(desk.home_zone)
        stories = desk.look(
            explain, who, plans=desk.plans, house=house, now=desk.now, opened=opened if text else None
        )
        is_forgotten = not stories and desk.look(was_forgotten, who)
    if not stories and not json:
        if is_forgotten:
            raise Refused(
                f"The customer of {who} was forgotten: nothing is known any more, and nothing is sent."
            )
        raise Refused(f"There is no order of {who!r} here{desk.where}. See: paldies orders list")
    if json:
        as_json([to_json(story) for story in stories])
    for story in () if json else stories:
        print(to_text(story))
    if not stories:
        raise typer.Exit(1)


@app.command()
def cancel(
    ctx: typer.Context, keys: Keys = None, campaign: InCampaign = "", yes: Yes = False, json: AsJson = False
) -> None:
    """Take out messages that have not left yet: some, or all that are left of one campaign."""
    with sit_down(ctx) as desk:
        chosen = _chosen(desk, keys, by_hand.CANCELLABLE, campaign=campaign)
        if campaign or len(chosen) > 1:
            confirm(f"Cancel {counted(len(chosen), 'message')}?", yes=yes)
        _handle(desk, chosen, lambda some: desk.write(by_hand.cancel, some, now=desk.now), json=json)


@app.command()
def retry(ctx: typer.Context, keys: Keys = None, json: AsJson = False) -> None:
    """Send again what surely never arrived: it was refused, or a person had cancelled it."""
    with sit_down(ctx) as desk:
        chosen = _chosen(desk, keys, ())
        _handle(desk, chosen, lambda some: desk.write(by_hand.retry, some, now=desk.now), json=json)


@app.command()
def settle(
    ctx: typer.Context,
    keys: Keys = None,
    sent: Annotated[
        bool | None, typer.Option("--sent/--not-sent", help="What you have found out: it had left, or not.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what became of a message that is unconfirmed: it may have left, and we cannot know."""
    if sent is None:
        raise typer.BadParameter("say what you have found out: --sent or --not-sent")
    with sit_down(ctx) as desk:
        chosen = _chosen(desk, keys, ())
        _handle(
            desk,
            chosen,
            lambda some: desk.write(by_hand.settle, some, was_sent=sent, now=desk.now),
            json=json,
        )


@app.command()
def approve(
    ctx: typer.Context,
    keys: Keys = None,
    campaign: InCampaign = "",
    all_held: Annotated[bool, typer.Option("--all-held", help="Everything that waits for a person.")] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Let held messages go on: for approval, after a fault was mended, after an unusual number."""
    with sit_down(ctx) as desk:
        chosen = _chosen(desk, keys, (MessageStatus.HELD,), campaign=campaign, everything=all_held)
        if campaign or all_held or len(chosen) > 1:
            confirm(f"Let {counted(len(chosen), 'message')} go?", yes=yes)
        _handle(desk, chosen, lambda some: desk.write(by_hand.approve, some, now=desk.now), json=json)


class _House:
    def __init__(self, home_zone: str) -> None:
        self.home_zone = home_zone


def _chosen(
    desk: Desk,
    keys: list[str] | None,
    statuses: Sequence[MessageStatus],
    *,
    campaign: str = "",
    everything: bool = False,
) -> list[str]:
    """Keys: those named, or all in one of the states. Raises BadParameter, Refused."""
    if bool(keys) + bool(campaign) + everything != 1:
        whole = " or --campaign" if statuses else ""
        raise typer.BadParameter(f"say which: numbers or keys from `paldies messages list`{whole}")
    if keys:
        return desk.look(spell_out, keys)
    found = list(_all(desk, statuses, campaign))
    if not found:
        raise Refused("There are no such messages. See: paldies messages list")
    return found


def _all(desk: Desk, statuses: Sequence[MessageStatus], campaign: str) -> Iterator[str]:
    after = 0
    while some := desk.look(by_hand.next_keys, statuses, campaign=campaign, after=after):
        yield from (key for _, key in some)
        after = some[-1][0]


def _handle(
    desk: Desk, keys: Sequence[str], act: Callable[[Sequence[str]], list[Handled]], *, json: bool
) -> None:
    """In transactions that leave room for others; exit 1 if anything could not be done."""
    handled: list[Handled] = []
    for start in range(0, len(keys), by_hand.CHUNK):
        handled += act(keys[start : start + by_hand.CHUNK])
    refused = [one for one in handled if not one.is_done]
    if json:
        as_json(handled)
    elif len(handled) <= by_hand.CHUNK:
        say(*(f"{one.key}: {one.sentence}." for one in handled))
    else:
        say(f"{counted(len(handled) - len(refused), 'message')} done{desk.where}.")
        say(*(f"{one.key}: {one.sentence}." for one in refused))
    if refused:
        raise typer.Exit(1)
