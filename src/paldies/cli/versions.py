"""`paldies campaigns history` and `rollback`: which plans there were, and going back to one."""

from typing import Annotated

import typer

from paldies.campaigns.reading import missing_templates
from paldies.campaigns.versions import differences, in_short
from paldies.cli.campaign_state import find_published
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, Yes, as_json, local, say, table
from paldies.cli.publishing import DryRun, Migrate, Name, Publication, bullets
from paldies.outbox import plans
from paldies.outbox.drafts import FILE
from paldies.outbox.history import Version, read_history
from paldies.outbox.plans import Draft


def history(ctx: typer.Context, name: Name, json: AsJson = False) -> None:
    """Every published version: when, by whom, what it changed, and how many are inside."""
    with sit_down(ctx) as desk:
        find_published(desk, name)
        versions = desk.look(read_history, desk.plans, name)
        told = [(version, _summary(versions, place)) for place, version in enumerate(versions)]
        if json:
            as_json([_told(version, summary) for version, summary in told])
            return
        rows = [
            (
                str(version.number),
                local(version.published_at, desk.zone),
                version.published_by or "paldies",
                f"{summary}{'; those inside are still being moved to it' if version.is_moving else ''}",
                f"{version.inside:,}",
            )
            for version, summary in reversed(told)
        ]
        table(["Version", "Published", "By", "What changed", "Inside"], rows, foot=desk.where[3:])


def rollback(
    ctx: typer.Context,
    name: Name,
    version: Annotated[int, typer.Argument(help="The version to go back to; `history` has them.")],
    migrate: Migrate = False,
    write: Annotated[bool, typer.Option("--write", help="Write it to campaign.toml as well.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Publish an earlier plan as a new version; campaign.toml stays as it is unless --write is given."""
    with sit_down(ctx) as desk:
        state = find_published(desk, name)
        found = next(
            (one for one in desk.look(read_history, desk.plans, name) if one.number == version), None
        )
        if found is None:
            raise Refused(f"There was no version {version}. See: paldies campaigns history {name}")
        if found.source == state.published:
            raise Refused(f"Version {state.version}, which is published, is the same plan.")
        draft = Draft(found.campaign, found.source)
        _refuse_without_texts(desk, draft)
        if not json and (present := desk.look(plans.published, desk.plans, name)):
            say(*bullets(differences(present, draft.campaign)))
        Publication(desk, draft, restores=version).publish(
            migrate=migrate, dry_run=dry_run, yes=yes, json=json
        )
        if dry_run:
            return
        file = desk.settings.paldies.templates / name / FILE
        if write:
            file.write_text(found.source, encoding="utf-8")
        if not json:
            say(
                f"{file} says the same now."
                if write
                else f"{file} still says otherwise, and waits for `paldies campaigns publish {name}`."
            )


def _refuse_without_texts(desk: Desk, draft: Draft) -> None:
    """What a plan says must still have its words."""
    name = draft.campaign.name
    existing = {
        (text.name.step, text.name.channel) for text in desk.library.texts() if text.name.campaign == name
    }
    if missing := missing_templates(draft.campaign, existing):
        files = ", ".join(f"{name}/{step}.{channel}.md" for step, channel in missing)
        raise Refused(f"That plan needs texts that are not there any more: {files}")


def _summary(versions: list[Version], place: int) -> str:
    version = versions[place]
    if version.restores:
        return f"back to version {version.restores}"
    return in_short(versions[place - 1].campaign if place else None, version.campaign)


def _told(version: Version, summary: str) -> dict[str, object]:
    return {
        "version": version.number,
        "published_at": version.published_at,
        "published_by": version.published_by,
        "restores": version.restores,
        "summary": summary,
        "inside": version.inside,
        "is_moving": version.is_moving,
    }
