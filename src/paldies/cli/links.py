"""`paldies links`: the seal of the links that messages carry."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from paldies.bootstrap.databases import databases_for_wishes
from paldies.cli.desk import read_settings
from paldies.cli.output import Yes, confirm, say
from paldies.store.keyring import rotate

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def links() -> None:
    """The links to your pages, which messages carry."""


@app.command("rotate")
def rotate_(
    ctx: typer.Context,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="The secret got out: no link of before works any more.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Seal links with a new secret from now on; those in mails that were sent work for a year more."""
    if drop_old:
        confirm(
            "No link in any mail that was sent will work any more, the way out neither. Is that meant?",
            yes=yes,
        )
    settings = read_settings(ctx)
    for database in databases_for_wishes(settings):
        database.now(rotate, datetime.now(UTC), drop_old=drop_old)
        database.close()
    until = "Links of before lead nowhere" if drop_old else "Links of before work for a year more"
    say(f"New links have a new seal. {until}. A daemon that runs takes it over within a minute.")
