"""`paldies campaigns`: what is said and when; publish, pause, resume, start by hand."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from difflib import unified_diff
from typing import Annotated

import typer
from rich.text import Text

from paldies.campaigns.definition import Step
from paldies.cli.campaign_state import CampaignState, named, read_states
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import (
    AsJson,
    Refused,
    Yes,
    as_json,
    coloured,
    confirm,
    counted,
    heading,
    local,
    pairs,
    say,
    table,
)
from paldies.cli.trigger import trigger
from paldies.outbox import pausing, plans

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("trigger")(trigger)

Name = Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")]


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
        state = _state(desk, name)
        if json:
            as_json(_told(state) | {"published": state.published, "difference": _difference(state)})
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
            say(*_coloured_difference(state))


@app.command()
def publish(ctx: typer.Context, name: Name, yes: Yes = False) -> None:
    """Make campaign.toml count for everyone who enters from now on; those inside finish the old plan."""
    with sit_down(ctx) as desk:
        state = _state(desk, name)
        if state.draft is None:
            raise Refused(f"There is no {name}/campaign.toml in the templates folder to publish.")
        draft = state.draft
        if desk.look(plans.difference, draft) is None:
            say(f"{name}: what is in the folder is published already, as version {state.version}.")
            return
        say(*_coloured_difference(state))
        inside = f"{counted(state.inside, 'order')} inside finish the plan they entered with"
        confirm(f"{inside}; new ones get this one. Publish {name}?", yes=yes)
        version = desk.write(plans.publish, draft, desk.now)
        say(f"Published: {name}, version {version.version}.")


@app.command()
def pause(ctx: typer.Context, name: Name) -> None:
    """Let one campaign wait: orders enter, nothing of it is sent until it is resumed."""
    with sit_down(ctx) as desk:
        state = _published(desk, name)
        if not desk.write(pausing.pause, name, desk.now):
            say(f"{name} has been paused since {local(state.paused_at, desk.zone)}.")
            return
        say(f"{name} is paused. Go on with: paldies campaigns resume {name}")


@app.command()
def resume(ctx: typer.Context, name: Name) -> None:
    """Let a paused campaign go on; what has come too late meanwhile is left out, and says so."""
    with sit_down(ctx) as desk:
        _published(desk, name)
        freed = desk.write(pausing.resume, name)
        say(
            f"{name} was not paused."
            if freed is None
            else f"{name} goes on; {counted(freed, 'message')} had been waiting."
        )


def _state(desk: Desk, name: str) -> CampaignState:
    """Raises Refused, with what is wrong in its folder if that is why there is none."""
    states = desk.look(read_states, desk.drafts)
    found = named(states, name)
    problems = [problem for problem in desk.drafts.problems if problem.startswith(f"{name}/")]
    if problems and (found is None or found.draft is None):
        raise Refused("\n".join([f"{name} cannot be used as it stands:", *problems]))
    if found is None:
        known = ", ".join(state.name for state in states) or "none"
        raise Refused(f"There is no campaign {name!r}; known are {known}.")
    return found


def _published(desk: Desk, name: str) -> CampaignState:
    found = named(desk.look(read_states, desk.drafts), name)
    if found is None or not found.published:
        raise Refused(f"{name} is not published. See: paldies campaigns list")
    return found


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
    after = f"after {_span(step.after)}" if step.after else "at once"
    within = f", within {_span(step.within)}" if step.within else ""
    window = f"\n{step.window}" if step.window else ""
    return f"{after}{within}{window}{chr(10) + 'once approved' if step.approve else ''}"


def _span(span: timedelta) -> str:
    """As staff write it: `1d12h`."""
    left, parts = int(span.total_seconds()), ""
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        parts += f"{count}{unit}" if count else ""
    return parts


def _difference(state: CampaignState) -> list[str]:
    before, after = state.published.splitlines(), state.draft.source.splitlines() if state.draft else []
    names = (f"published (version {state.version})", f"{state.name}/campaign.toml")
    return list(unified_diff(before, after, *names, lineterm="", n=2))


def _coloured_difference(state: CampaignState) -> Iterator[Text]:
    for line in _difference(state) if state.published else ():
        yield Text(line, style={"+": "green", "-": "red", "@": "dim"}.get(line[:1], ""))
