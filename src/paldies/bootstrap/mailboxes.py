"""Makes the mailbox that bounces come to."""

from paldies.bootstrap.set_up import SetUpError
from paldies.channels.email.imap import Imap, Mailbox
from paldies.settings import Settings


def make_mailbox(settings: Settings) -> Imap | None:
    """None where no mailbox is set. Raises SetUpError."""
    bounces = settings.email.bounces
    url = bounces.url.get_secret_value()
    if not url:
        return None
    try:
        return Imap(Mailbox.from_url(url), move_to=bounces.move_to)
    except ValueError as error:
        raise SetUpError(f"email.bounces.url: {error}") from error
