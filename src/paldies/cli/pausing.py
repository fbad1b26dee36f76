"""`paldies pause` and `paldies resume`: all sending, at once."""

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import local, say
from paldies.store import installation, stops


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
    """Go on sending, also where too many bounces have stopped it. What has come too late is left out."""
    with sit_down(ctx) as desk:
        is_paused = desk.look(installation.paused_at) is not None
        if is_paused:
            desk.write(installation.set_paused, None)
        stopped = desk.write(stops.resume_all, desk.now)
        for channel in stopped:
            say(f"The channel {channel} had been stopped, and goes on.")
        say("Sending goes on." if is_paused or stopped else "Sending was not paused.")
