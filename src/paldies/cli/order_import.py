"""`paldies orders import`: orders of the past, from a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from paldies.bootstrap.shops import make_shop
from paldies.cli.desk import Desk, sit_down
from paldies.cli.output import AsJson, Refused, as_json, counted, say
from paldies.orders.importer import import_file
from paldies.orders.shops.reading import Reading
from paldies.settings import OrderSource


def import_orders(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines, with the same columns as a shop's query.")],
    shop: Annotated[str, typer.Option(help="Whose orders they are; needed if there are several.")] = "",
    json: AsJson = False,
) -> None:
    """Add orders of the past. They are history: nothing is sent because of them."""
    with sit_down(ctx) as desk:
        reading = reading_of(source_named(desk, shop))
        console = Console(stderr=True)
        with Progress(
            TextColumn(file.name), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
        ) as progress:
            task = progress.add_task("import", total=None)
            imported = import_file(
                desk.database,
                file,
                reading,
                now=desk.now,
                on_progress=lambda read, size: progress.update(task, completed=read, total=size),
            )
    if json:
        as_json(imported)
    else:
        say(f"{counted(imported.added, 'order')} added as history; {imported.known:,} were known already.")
        if imported.rejected:
            say(
                f"{counted(imported.rejected, 'row')} could not be understood: "
                f"{imported.problem or f'see {file}.rejected, mend it, and import that file.'}"
            )
    if imported.rejected:
        raise typer.Exit(1)


def source_named(desk: Desk, name: str) -> OrderSource:
    """Raises Refused; without a name, the only one there is."""
    sources = desk.settings.shops
    if not name and len(sources) == 1:
        return sources[0]
    for source in sources:
        if source.name == name:
            return source
    known = ", ".join(source.name for source in sources) or "none: add one as [[shops]]"
    raise Refused(
        f"There is no shop {name!r}; known are {known}."
        if name
        else f"Say whose with --shop; known are {known}."
    )


def reading_of(source: OrderSource) -> Reading:
    """How this shop's rows are meant. Raises Refused."""
    shop = make_shop(source)
    reading = getattr(shop, "reading", None)
    if not isinstance(reading, Reading):
        raise Refused(f"Orders of {source.name} cannot come from files: it is of kind {source.kind}.")
    return reading
