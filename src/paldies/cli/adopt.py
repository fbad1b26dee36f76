"""`paldies adopt`: a restored or copied database becomes the one that sends."""

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import Refused, Yes, confirm, say
from paldies.store import installation
from paldies.store.fences import fence_of

_ONLY_ONE = "Make sure that no other copy of this database is in use: customers would be written to by both."
_ASKS_FIRST = (
    "What is due until now may have been sent already: it is held when its turn comes, and goes only once"
    " you say so."
)


def adopt(ctx: typer.Context, yes: Yes = False) -> None:
    """Let a restored or copied database send from now on; what was due before waits for you."""
    with sit_down(ctx) as desk:
        fence = fence_of(desk.database, desk.settings.paldies.state_dir)
        if there := desk.look(installation.moved_to):
            raise Refused(f"This shop was carried over to {there}: this file is closed for good.")
        why = fence.trouble()
        say(f"{why[:1].upper()}{why[1:]}." if why else "Nothing tells this database from the one left here.")
        say(_ONLY_ONE, _ASKS_FIRST)
        confirm("Adopt it?", yes=yes)
        fence.adopt(desk.now)
        say(
            f"Adopted{desk.where}. What waits for you: paldies messages list --status held",
            "To let one go, or to drop it: paldies messages approve KEY, paldies messages cancel KEY",
        )
