"""What can be decided about a due message."""

from datetime import datetime

from paldies.campaigns.reasons import Reason
from paldies.value import value


@value
class Send:
    """Now. `expires_at` is the step's deadline, fixed at the first look."""

    expires_at: datetime


@value
class Defer:
    """Later; spends no attempt."""

    until: datetime
    reason: Reason
    expires_at: datetime | None = None


@value
class Skip:
    """Never."""

    reason: Reason
    note: str = ""


@value
class Park:
    """When its cause ends."""

    reason: Reason


@value
class Hold:
    """When a person says so; `until` is when silence counts as an answer, if it ever does."""

    reason: Reason
    note: str = ""
    until: datetime | None = None
    expires_at: datetime | None = None


@value
class Cancel:
    """Never, because the order or the customer's wish changed."""

    reason: Reason


Decision = Send | Defer | Skip | Park | Hold | Cancel
