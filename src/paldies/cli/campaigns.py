"""`paldies campaigns`: what is said and when; publish, pause, resume, start by hand."""

from dataclasses import asdict

import typer
from rich.text import Text

from paldies.campaigns.definition import Step
from paldies.campaigns.durations import spell_duration
from paldies.cli.campaign_state import CampaignState, find_published, find_state, read_states
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import (
    AsJson,
    as_json,
    coloured,
    counted,
    heading,
    local,
    pairs,
    say,
    table,
)
from paldies.cli.plan_text import coloured_difference, text_difference
from paldies.cli.publishing import Name, diff, publish
from paldies.cli.trigger import trigger
from paldies.cli.versions import history, rollback
from paldies.outbox import pausing

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("diff")(diff)
app.command("publish")(publish)
app.command("history")(history)
app.command("rollback")(rollback)
app.command("trigger")(trigger)


@app.callback()
def campaigns() -> None:
    """What is said and when; publish, pause, start."""


@app.command("list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """Every campaign, its state, and how many orders are inside."""
    with sit_down(ctx) as desk:
        states = desk.look(read_states, desk.drafts)
        if json:
            as_json([_told(state) for state in states])
            return
        rows = [
            (
                state.name,
                state.draft.campaign.title if state.draft else "",
                state.draft.campaign.trigger.value if state.draft else "",
                coloured(state.word, f" v{state.version}" if state.version else ""),
                f"{state.inside:,}",
                f"{state.finished:,}",
            )
            for state in states
        ]
        table(["Campaign", "Title", "Begins with", "State", "Inside", "Finished"], rows, foot=desk.where[3:])
        _complain_about_drafts(desk)


@app.command()
def show(ctx: typer.Context, name: Name, json: AsJson = False) -> None:
    """One campaign: its steps, who is inside, and what was edited since it was published."""
    with sit_down(ctx) as desk:
        state = find_state(desk, name)
        if json:
            as_json(_told(state) | {"published": state.published, "difference": text_difference(state)})
            return
        campaign = state.draft.campaign if state.draft else None
        pairs(
            [
                ("campaign", state.name),
                ("title", campaign.title if campaign else ""),
                ("begins with", campaign.trigger.value if campaign else ""),
                ("for", campaign.who if campaign else ""),
                ("answers", campaign.expects if campaign else ""),
                ("state", coloured(state.word, f": {state.sentence}")),
                ("published", local(state.published_at, desk.zone)),
                ("paused", local(state.paused_at, desk.zone)),
            ]
        )
        if campaign:
            table(
                ["Step", "When", "How", "Purpose", "Only if"],
                [
                    (step.name, _when(step), ", then ".join(step.channels), step.purpose.value, step.when)
                    for step in campaign.steps
                ],
            )
        if state.is_edited:
            heading("Edited since it was published:")
            say(*coloured_difference(state))


@app.command()
def pause(ctx: typer.Context, name: Name) -> None:
    """Let one campaign wait: orders enter, nothing of it is sent until it is resumed."""
    with sit_down(ctx) as desk:
        state = find_published(desk, name)
        if not desk.write(pausing.pause, name, desk.now):
            say(f"{name} has been paused since {local(state.paused_at, desk.zone)}.")
            return
        say(f"{name} is paused. Go on with: paldies campaigns resume {name}")


@app.command()
def resume(ctx: typer.Context, name: Name) -> None:
    """Let a paused campaign go on; what has come too late meanwhile is left out, and says so."""
    with sit_down(ctx) as desk:
        find_published(desk, name)
        freed = desk.write(pausing.resume, name)
        say(
            f"{name} was not paused."
            if freed is None
            else f"{name} goes on; {counted(freed, 'message')} had been waiting."
        )


def _complain_about_drafts(desk: Desk) -> None:
    """Problems make the list a refusal: a script should notice."""
    if desk.drafts.problems:
        say(*(Text(f"{problem}", style="red") for problem in desk.drafts.problems))
        raise typer.Exit(1)


def _told(state: CampaignState) -> dict[str, object]:
    values = asdict(state)
    draft = values.pop("draft")
    values.pop("published")
    return values | {
        "state": values.pop("word"),
        "is_edited": state.is_edited,
        "title": draft["campaign"]["title"] if draft else None,
        "trigger": draft["campaign"]["trigger"] if draft else None,
        "steps": [step.name for step in state.draft.campaign.steps] if state.draft else [],
    }


def _when(step: Step) -> str:
    after = f"after {spell_duration(step.after)}" if step.after else "at once"
    within = f", within {spell_duration(step.within)}" if step.within else ""
    window = f"\n{step.window}" if step.window else ""
    return f"{after}{within}{window}{chr(10) + 'once approved' if step.approve else ''}"
