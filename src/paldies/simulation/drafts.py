"""Which campaigns are simulated: those in a folder, or those that are published."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from paldies.channels import TRAITS
from paldies.outbox.drafts import FILE, Drafts, read_drafts
from paldies.store.database import Database
from paldies.store.schema import campaigns, plan_versions
from paldies.templates.library import Library


def drafts_in(templates: Path, locale: str) -> Drafts:
    """What can be simulated of a folder, and what is wrong with the rest, broken texts first."""
    library = Library(templates, locale=locale)
    texts = [str(problem) for problem in library.refresh()]
    names = {(text.name.campaign, text.name.step, text.name.channel) for text in library.texts()}
    drafts = read_drafts(templates, TRAITS, names)
    return replace(drafts, problems=(*texts, *drafts.problems))


def lay_out_published(database: Database, templates: Path, folder: Path) -> Path:
    """The plans that run now, with the texts of the folder: a campaign that is not published is left out."""
    shutil.copytree(templates, folder)
    published = database.look(_published)
    for file in folder.glob(f"*/{FILE}"):
        if source := published.get(file.parent.name):
            file.write_text(source, encoding="utf-8")
        else:
            shutil.rmtree(file.parent)
    return folder


def _published(session: Session) -> Mapping[str, str]:
    wanted = (
        select(campaigns.c.name, plan_versions.c.source)
        .join_from(campaigns, plan_versions, plan_versions.c.id == campaigns.c.plan_version_id)
        .where(campaigns.c.withdrawn_at.is_(None))
    )
    return {row.name: row.source for row in session.execute(wanted)}
