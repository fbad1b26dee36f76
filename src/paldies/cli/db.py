"""`paldies db`: the database's schema, and copies of it."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from paldies.cli.desk import read_settings, sit_down
from paldies.cli.output import Refused, say
from paldies.store import migrations
from paldies.store.backup import BackupError, back_up
from paldies.store.database import normalised_url

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def db() -> None:
    """Back up the database; bring it to the newest schema."""


@app.command()
def backup(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(help="The copy; must not be there yet.")]
) -> None:
    """Copy the database to a file while it is in use. The copy itself sends nothing: see `paldies adopt`."""
    settings = read_settings(ctx)
    # not by way of sit_down, which would bring it to the newest schema: backups are taken before that
    url = normalised_url(settings.rehearsal_database_url if settings.is_rehearsal else settings.database_url)
    if url.get_backend_name() != "sqlite":
        address = url.set(drivername="postgresql", password=None).render_as_string()
        raise Refused(
            "PostgreSQL makes its own copies: "
            f"pg_dump --format=custom --file={shlex.quote(str(file))} {shlex.quote(address)}"
        )
    try:
        size = back_up(Path(url.database or ""), file)
    except BackupError as error:
        raise Refused(f"{error}.") from error
    where = " (rehearsal)" if settings.is_rehearsal else ""
    say(f"{file}: {size / 1e6:,.1f} MB, complete and checked{where}.")


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the database to the newest schema. `paldies run` does so by itself."""
    with sit_down(ctx) as desk:
        say(f"{desk.database.url.render_as_string()} is at schema {migrations.HEAD}.")
