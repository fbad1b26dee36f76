"""What went wrong, in one sentence with its remedy; nobody at a shop reads a traceback."""

from sqlalchemy.exc import DBAPIError, OperationalError

from paldies.bootstrap.set_up import SetUpError
from paldies.campaigns.expressions import ExpressionError
from paldies.campaigns.faults import CampaignFault
from paldies.channels.base import DeliveryError, Doubt
from paldies.channels.email.address import AddressError as MailboxError
from paldies.cli.output import Refused, complain
from paldies.configuration import ConfigurationError
from paldies.customers.addresses import AddressError
from paldies.orders.shops.base import ShopError
from paldies.store.lock import AlreadyRunning
from paldies.templates.faults import RenderFault, TemplateFault

__all__ = ["complain", "explained"]

_SAY_IT_THEMSELVES = (
    ConfigurationError,
    SetUpError,
    ShopError,
    CampaignFault,
    ExpressionError,
    TemplateFault,
    RenderFault,
    AddressError,
    MailboxError,
    Refused,
)


def explained(error: Exception) -> str | None:
    """None for what nobody has foreseen."""
    match error:
        case AlreadyRunning():
            return f"{error}. Stop that one first, or let it go on."
        case DeliveryError():
            return f"The mail server did not take it: {error}. See [email] in paldies.toml."
        case Doubt():
            return f"It may have left, nobody can tell: {error}. Look into the mailbox before another try."
        case DBAPIError():
            return _database_trouble(error)
        case OSError() if error.filename:
            return (
                f"{error.filename}: {error.strerror}. Correct the name, or let this user read and write it."
            )
        case _ if isinstance(error, _SAY_IT_THEMSELVES):
            return str(error)
    return None


def _database_trouble(error: DBAPIError) -> str:
    said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if "locked" in said:
        return (
            "The database is busy: another program has kept it locked for five seconds. Try again; if that "
            "does not help, see which program has the file open."
        )
    if "unable to open" in said or "readonly" in said:
        return (
            f"The database cannot be used ({said}): see that its folder exists, that this user may write "
            "there, and that [paldies] database names the right file."
        )
    if "not a database" in said:
        return f"That is no database ({said}): [paldies] database names another kind of file."
    if isinstance(error, OperationalError):
        return (
            f"The database cannot be reached: {said}. See that it runs, and that address, user and password "
            "in [paldies] database (or PALDIES_DATABASE) are right."
        )
    return f"The database refused: {said}."
