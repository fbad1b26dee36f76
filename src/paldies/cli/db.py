"""`paldies db`: the database's schema."""

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import say
from paldies.store import migrations

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def db() -> None:
    """Bring the database to the newest schema."""


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the database to the newest schema. `paldies run` does so by itself."""
    with sit_down(ctx) as desk:
        say(f"{desk.database.url.render_as_string()} is at schema {migrations.HEAD}.")
