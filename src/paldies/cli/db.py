"""`paldies db`: the database's schema, copies of it, and its move to another server."""

import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from paldies.cli.desk import read_settings, sit_down
from paldies.cli.output import Refused, Yes, confirm, counted, say
from paldies.settings import Settings
from paldies.settings.main import Main
from paldies.store import installation, migrations, moving
from paldies.store.backup import BackupError, back_up
from paldies.store.database import Database, normalised_url
from paldies.store.fences import fence_of

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def db() -> None:
    """Back up the database; bring it to the newest schema; carry the shop over to PostgreSQL."""


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


@app.command()
def move(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", help="postgresql://user:password@host/name, an empty database.")],
    yes: Yes = False,
) -> None:
    """Carry the shop over from SQLite to PostgreSQL, where many workers can send. The old file is closed."""
    settings = read_settings(ctx)
    wanted = _with_database(settings, to)
    pairs = [(settings.database_url, wanted.database_url)]
    if settings.is_rehearsal:  # what was entered there, and wishes that hold live too
        pairs.append((settings.rehearsal_database_url, wanted.rehearsal_database_url))
    pairs = [(old, new) for old, new in pairs if Path(normalised_url(old).database or "").exists()]
    if not pairs:
        raise Refused(
            f"There is no database yet: write database = {_shown(to)!r} under [paldies], and begin."
        )
    for old, new in pairs:
        say(f"{normalised_url(old).database} → {_shown(new)}")
    say("Nothing is sent from the old database again. Keep the file: it is your last backup of it.")
    confirm("Carry the shop over?", yes=yes)
    for old, new in pairs:
        _move(settings, old, new)
    say(f"Now write database = {_shown(to)!r} under [paldies] (or set PALDIES_DATABASE), and start again.")


def _with_database(settings: Settings, to: str) -> Settings:
    """Raises Refused unless the move is one from SQLite to PostgreSQL."""
    if normalised_url(settings.database_url).get_backend_name() != "sqlite":
        raise Refused("This shop is on PostgreSQL already; pg_dump and pg_restore carry it elsewhere.")
    try:
        main = Main(**{**settings.paldies.model_dump(), "database": to})
    except ValidationError as error:
        raise Refused(f"--to: {error.errors()[0]['msg'].removeprefix('Value error, ')}.") from error
    if normalised_url(to).get_backend_name() != "postgresql":
        raise Refused('--to: write "postgresql://user:password@host/name".')
    return settings.model_copy(update={"paldies": main})


def _move(settings: Settings, old: str, new: str) -> None:
    with closing(Database(old)) as source, closing(Database(new)) as target:
        migrations.upgrade(source)
        why = fence_of(source, settings.paldies.state_dir).trouble()
        if why and not source.look(installation.moved_to):
            raise Refused(f"Nothing was moved: {why}. First: paldies adopt")
        try:
            moved = moving.move(source, target, datetime.now(UTC))
        except moving.MoveError as error:
            raise Refused(f"{error}.") from error
        say("It is there already." if moved.was_there else f"{counted(moved.rows, 'row')} carried over.")


def _shown(url: str) -> str:
    return normalised_url(url).set(drivername="postgresql").render_as_string()
