"""What `paldies check` says about what comes back: the mailbox for bounces, and e-mail that was stopped."""

from collections.abc import Iterator

from paldies.bootstrap.mailboxes import make_mailbox
from paldies.bootstrap.set_up import SetUpError
from paldies.channels.email.imap import MailboxError
from paldies.cli.checks.told import State, Told
from paldies.cli.desk import Desk
from paldies.settings import Settings
from paldies.store import stops

_HOW = "For url or ses_topic in [email.bounces], see docs/bounces.md."


def look_at_mailbox(settings: Settings) -> Told:
    """Logs in, opens the folder, says good-bye."""
    bounces = settings.email.bounces
    try:
        mailbox = make_mailbox(settings)
        if mailbox:
            mailbox.probe()
    except SetUpError as error:
        said, _, remedy = str(error).partition(": ")
        return Told("problem", said, remedy)
    except MailboxError as error:
        return Told("problem", str(error), "See [email.bounces], and PALDIES_EMAIL_BOUNCES_URL.")
    if mailbox is None and bounces.ses_topic:
        return Told("ok", "reported by Amazon SES")
    if mailbox is None:
        state: State = "ok" if settings.is_rehearsal else "warning"
        return Told(state, "nobody reads what comes back undelivered", _HOW)
    if not bounces.address:
        return Told(
            "warning", "the mailbox can be read", "Set address in [email.bounces]: see docs/bounces.md."
        )
    return Told("ok", "the mailbox can be read")


def look_at_stops(desk: Desk) -> Iterator[tuple[str, Told]]:
    """By channel, what keeps it from sending until a person says so."""
    for channel, why in desk.look(stops.stopped).items():
        yield channel, Told("problem", f"nothing is sent: {why}", "Find out why, then: paldies resume")
