"""`paldies pause` and `paldies resume`: all sending, at once."""

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import local, say
from paldies.store import installation


def pause(ctx: typer.Context) -> None:
    """Stop all sending at once. Orders are still read and planned; nothing is lost."""
    with sit_down(ctx) as desk:
        since = desk.look(installation.paused_at)
        if since is None:
            desk.write(installation.set_paused, desk.now)
            say("All sending is paused. Go on with: paldies resume")
        else:
            say(f"All sending has been paused since {local(since, desk.zone)}. Go on with: paldies resume")


def resume(ctx: typer.Context) -> None:
    """Go on sending. What has come too late meanwhile is left out, and says so."""
    with sit_down(ctx) as desk:
        if desk.look(installation.paused_at) is None:
            say("Sending was not paused.")
            return
        desk.write(installation.set_paused, None)
        say("Sending goes on.")
