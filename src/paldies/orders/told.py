"""What a shop has told of an order, and at which moment."""

from datetime import datetime

from paldies.orders.snapshot import Snapshot
from paldies.value import value


@value
class Told:
    """A snapshot and the moment that is *now* for all that is decided about it, in UTC.

    A daemon hears a whole page at one moment; a past that is played again has a moment for every change.
    """

    snapshot: Snapshot
    at: datetime
