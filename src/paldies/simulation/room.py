"""When a channel's rate has room for a message, asked in no order of time."""

from datetime import UTC, datetime, timedelta

from paldies.outbox.rate import Rate

_A_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Room:
    """So many places in each second, or as long as it takes until there is one.

    The daemon's token bucket wants its questions in the order of time; who is asked about first here, is
    nobody's before anybody else.
    """

    def __init__(self, rate: str, *, look_every: timedelta) -> None:
        """`rate` is written as for Rate; with `look_every` the places of a whole look come at once."""
        per_second = Rate(rate).per_second
        self._span = max(_A_SECOND, look_every, timedelta(seconds=1 / per_second))
        self._places = int(per_second * self._span.total_seconds())
        self._taken: dict[int, int] = {}
        self._later: dict[int, int] = {}  # from a full span to one that may have room

    def reserve(self, at: datetime) -> datetime:
        """A place for one message: at that moment, or as soon after it as there is one."""
        wanted = (at - _EPOCH) // self._span
        found = wanted
        passed = []
        while self._taken.get(found, 0) >= self._places:
            passed.append(found)
            found = self._later.get(found, found + 1)
        for full in passed:  # whoever comes next need not walk as far
            self._later[full] = found
        self._taken[found] = self._taken.get(found, 0) + 1
        return at if found == wanted else _EPOCH + found * self._span

    def forget(self, before: datetime) -> None:
        """Nobody asks for that any more."""
        end = (before - _EPOCH) // self._span
        self._taken = {span: count for span, count in self._taken.items() if span >= end}
        self._later = {span: later for span, later in self._later.items() if span >= end}
