"""`paldies customers export` and `forget`: what is known about a person, in every database there is."""

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import IntegrityError

from paldies import logs
from paldies.bootstrap.databases import every_database
from paldies.cli.desk import read_settings
from paldies.cli.output import Refused, Yes, confirm, counted, say
from paldies.privacy.export import export
from paldies.privacy.forgetting import Forgotten, StillLeaving, forget
from paldies.privacy.person import Person, find_people
from paldies.store.database import Database

_PATIENCE = 90.0  # seconds; a message that is just leaving has left by then, or is in doubt
_LOOK_AGAIN = 0.5  # seconds

Who = Annotated[
    str, typer.Argument(metavar="EMAIL|NUMBER|ID", help="An address, a number, our id or the shop's.")
]


def export_(
    ctx: typer.Context,
    who: Who,
    out: Annotated[Path | None, typer.Option(help="A new file, which only you can read.")] = None,
) -> None:
    """Everything that is known about a person, as JSON: live and rehearsed."""
    with _everywhere(ctx, who) as found:
        now = datetime.now(UTC)
        told = {mode: database.look(export, person, now) for mode, database, person in found}
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        print(text, end="")
        return
    try:
        with os.fdopen(
            os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{out} is there already: name a new file.") from None
    say(f"{out}: {counted(sum(map(_rows_in, told.values())), 'row')}, readable by you only.")


def forget_(ctx: typer.Context, who: Who, yes: Yes = False) -> None:
    """Forget a person for good: name, addresses, orders, texts. Nobody writes to them again, ever."""
    with _everywhere(ctx, who) as found:
        person = found[0][2]
        known = f"{person.name} ({', '.join(person.addresses) or 'no address'})"
        confirm(
            f"Forget {known}: {counted(len(person.orders), 'order')}, "
            f"{counted(len(person.messages), 'message')}? This cannot be undone, and nobody writes to "
            "them again, whatever they order.",
            yes=yes,
        )
        for mode, database, one in found:
            gone = _forget_patiently(database, one)
            say(
                f"{mode.capitalize()}: {counted(gone.orders, 'order')} and the words of "
                f"{counted(gone.messages, 'message')} are gone."
            )
    say("Backups still have them: see docs/privacy.md.")


@contextmanager
def _everywhere(ctx: typer.Context, who: str) -> Iterator[list[tuple[str, Database, Person]]]:
    """Where they are known, by mode. Raises Refused if that is nowhere, or if it could be several people."""
    settings = read_settings(ctx)
    logs.configure(level=logging.WARNING, secrets=settings.secrets)
    with ExitStack() as stack:
        found = []
        for mode, database in every_database(settings):
            stack.enter_context(closing(database))
            people = database.look(find_people, who)
            if len(people) > 1:
                names = "; ".join(f"{one.name}, {' '.join(one.addresses)}" for one in people)
                raise Refused(
                    f"{len(people)} customers ({mode}) can be meant by {who!r}: {names}. Name one by an "
                    "address of their own, or by the id that `paldies customers show` tells."
                )
            found += [(mode, database, person) for person in people]
        if not found:
            raise Refused(f"Nobody is known by {who!r}. See: paldies customers show, paldies orders list")
        yield found


def _forget_patiently(database: Database, person: Person) -> Forgotten:
    """Waits for what is just leaving, and for whoever else is writing about them. Raises Refused."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return database.now(forget, person, now=datetime.now(UTC))
        except (StillLeaving, IntegrityError):
            if time.monotonic() > end:
                raise Refused(
                    "A message to them is on its way and does not end: nothing was changed. Try again later."
                ) from None
        time.sleep(_LOOK_AGAIN)


def _rows_in(told: dict[str, object]) -> int:
    tables = told["tables"]
    return sum(map(len, tables.values())) if isinstance(tables, dict) else 0
