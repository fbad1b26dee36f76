"""`paldies campaigns diff` and `publish`: what an edited plan changes, and making it count."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text
from sqlmodel import Session

from paldies.campaigns.outlook import Outlook
from paldies.campaigns.versions import Difference, differences, likely_renamed, lost_keys
from paldies.cli.campaign_state import CampaignState, find_state
from paldies.cli.desk import Desk, sit_down
from paldies.cli.outlook_lines import outlook_json, outlook_lines, step_names
from paldies.cli.output import AsJson, Refused, Yes, as_json, confirm, counted, say
from paldies.cli.plan_text import coloured_difference, text_difference
from paldies.outbox import plans
from paldies.outbox.blast import SMALLEST_BLAST
from paldies.outbox.migrating import Moving, Target, carry_out, foresee, target
from paldies.outbox.plans import Draft

Name = Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")]
Migrate = Annotated[
    bool, typer.Option("--migrate", help="Move those inside to the new plan; else they finish the old one.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]

_GOOD_FOR = timedelta(minutes=10)  # after that, what was counted says little


def diff(
    ctx: typer.Context,
    name: Name,
    text: Annotated[bool, typer.Option("--text", help="Line by line as well.")] = False,
    json: AsJson = False,
) -> None:
    """What was changed since the campaign was published, in words."""
    with sit_down(ctx) as desk:
        state = find_state(desk, name)
        found = _differences(desk, state)
        hints = _hints(desk, state)
        waiting = desk.waiting_texts(name)
        if json:
            told = [{"sentence": one.sentence, "only_new_orders": one.only_new} for one in found]
            as_json({"plan": told, "hints": hints, "texts": waiting, "text": text_difference(state)})
            return
        if not state.published:
            say(f"{name} is not published yet: all of it is new.")
        elif state.draft is None:
            stays = f"version {state.version} stays published and goes on"
            say(f"There is no {name}/campaign.toml any more; {stays}.")
            say(f"To have it stop: paldies campaigns pause {name}")
        elif not found:
            say(f"{name}: the plan is the one that is published, version {state.version}.")
        else:
            say(f"{name}, since version {state.version} was published:", *bullets(found))
        say(*(Text(hint, style="yellow") for hint in hints))
        if waiting:
            say("Texts that wait for `paldies campaigns publish`:", *(f"  {file}" for file in waiting))
        if text:
            say(*coloured_difference(state))


def publish(
    ctx: typer.Context,
    name: Name,
    migrate: Migrate = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Make campaign.toml count for everyone who enters from now on, and with --migrate for those inside.

    It says first what that does to whom. With --yes and 50 or more that would go sooner, they count for the
    blast breaker, as nobody has seen their number.
    """
    with sit_down(ctx) as desk:
        state = find_state(desk, name)
        waiting = desk.waiting_texts(name)
        if state.draft is None:
            raise Refused(f"There is no {name}/campaign.toml in the templates folder to publish.")
        is_new = desk.look(plans.difference, state.draft) is not None
        is_behind = migrate and desk.look(plans.inside_older, name) > 0
        if is_new or is_behind:
            found = _differences(desk, state)
            if not json:
                say(*bullets(found), *(Text(hint, style="yellow") for hint in _hints(desk, state)))
            publication = Publication(desk, state.draft, is_present=not is_new)
            publication.publish(migrate=migrate, dry_run=dry_run, yes=yes, json=json)
        elif json:
            as_json({"published": state.version, "texts": waiting})
        elif not waiting:
            say(f"{name}: what is in the folder is published already, as version {state.version}.")
            say(*(Text(hint, style="yellow") for hint in _hints(desk, state)))
        if waiting and not dry_run:
            desk.publish_texts(name)
            if not json:
                are = "is" if len(waiting) == 1 else "are"
                say(f"{counted(len(waiting), 'text')} of {name} {are} live now.")


class Publication:
    """One plan about to be published, or one that is and that some of those inside are behind."""

    def __init__(
        self, desk: Desk, draft: Draft, *, is_present: bool = False, restores: int | None = None
    ) -> None:
        """`is_present`: it is published already; `restores` is the version that it goes back to."""
        self._desk, self._draft = desk, draft
        self._is_present, self._restores = is_present, restores
        self._name = draft.campaign.name
        self._published = desk.look(plans.published, desk.plans, self._name)
        self._moving = Moving(desk.plans, desk.traits, desk.home_zone, desk.now)

    def publish(self, *, migrate: bool, dry_run: bool, yes: bool, json: bool) -> None:
        """Says what will happen, asks, and does it. Raises Refused."""
        if migrate and self._published and (lost := lost_keys(self._published, self._draft.campaign)):
            raise Refused("\n".join([f"{self._name} would take steps that are known for new ones:", *lost]))
        inside = self._desk.look(plans.inside, self._name)
        outlook = foresee(self._desk.database, self._draft.campaign, self._moving) if migrate else Outlook()
        if not json:
            self._tell(outlook if migrate else None, inside)
        if dry_run:
            if json:
                as_json(
                    {"published": None, "finish_the_old_plan": 0 if migrate else inside} | self._told(outlook)
                )
            return
        confirm(self._question(outlook if migrate else None, inside), yes=yes)
        if datetime.now(UTC) - self._desk.now > _GOOD_FOR:
            raise Refused("That was counted over ten minutes ago. Look again: nothing was changed.")
        is_uncounted = yes and outlook.hurried >= SMALLEST_BLAST
        to = self._desk.write(self._write, migrate=migrate, is_uncounted=is_uncounted)
        done = carry_out(self._desk.database, to, self._moving) if migrate else Outlook()
        if json:
            finishing = 0 if migrate else inside
            as_json({"published": to.version, "finish_the_old_plan": finishing} | self._told(done))
            return
        say(f"Published: {self._name}, version {to.version}.")
        if migrate and done != outlook:
            say("Some had moved on since they were counted. What was done:", *self._lines(done))
        elif migrate and outlook.inside:
            say("Those inside have moved to it, as was said.")
        if is_uncounted:
            say(f"{outlook.hurried:,} go sooner, and nobody was asked: they count for the blast breaker.")

    def _write(self, session: Session, *, migrate: bool, is_uncounted: bool) -> Target:
        """All in one transaction: whoever enters from here on gets the new plan."""
        desk = self._desk
        if not self._is_present:
            plans.publish(session, self._draft, desk.now, by=_somebody(), restores=self._restores)
        if migrate:
            plans.move_everybody(session, self._name, desk.now, is_uncounted=is_uncounted)
        return target(session, desk.plans, self._name)

    def _tell(self, outlook: Outlook | None, inside: int) -> None:
        if outlook is not None:
            say(*self._lines(outlook))
        elif inside:
            say(f"{_finishing(inside)} (with --migrate they move to the new one).")

    def _question(self, outlook: Outlook | None, inside: int) -> str:
        if outlook is not None and outlook.inside:
            return f"Publish {self._name}, and move {counted(outlook.inside, 'order')} inside to it?"
        finishing = f"{_finishing(inside)}; new ones get this one" if inside else "Nobody is inside"
        return f"{finishing}. Publish {self._name}?"

    def _lines(self, outlook: Outlook) -> Sequence[str]:
        return list(outlook_lines(outlook, self._names, self._desk.zone))

    def _told(self, outlook: Outlook) -> dict[str, object]:
        return outlook_json(outlook, self._names)

    @property
    def _names(self) -> dict[str, str]:
        return step_names(self._published, self._draft.campaign)


def bullets(found: Sequence[Difference]) -> list[str]:
    """A line for each."""
    return [f"- {one.sentence}{' (new orders only)' if one.only_new else ''}" for one in found]


def _finishing(inside: int) -> str:
    return f"{counted(inside, 'order')} inside finish the plan they entered with"


def _differences(desk: Desk, state: CampaignState) -> list[Difference]:
    published = desk.look(plans.published, desk.plans, state.name)
    return differences(published, state.draft.campaign) if published and state.draft else []


def _hints(desk: Desk, state: CampaignState) -> list[str]:
    broken = [
        f"{problem} Until then the last good text stays."
        for problem in desk.text_problems
        if problem.file.startswith(f"{state.name}/")
    ]
    published = desk.look(plans.published, desk.plans, state.name)
    if published is None or state.draft is None:
        return broken
    draft = state.draft.campaign
    return [*lost_keys(published, draft), *likely_renamed(published, draft), *broken]


def _somebody() -> str:
    """Whoever is logged in; in a container nobody may be."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
