"""Whether a channel can be used at all: it rests while its provider, or our access to it, is broken."""

from datetime import datetime, timedelta

FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)


class Breaker:
    """Closed: messages flow. Open: nothing is tried until `probe_at`, each rest twice as long as the last."""

    def __init__(self) -> None:
        self.why = ""
        self.open_since: datetime | None = None
        self.probe_at: datetime | None = None
        self._rest = FIRST_REST

    @property
    def is_open(self) -> bool:
        return self.open_since is not None

    def trip(self, why: str, now: datetime) -> bool:
        """True the first time; a later fault while it is open changes nothing."""
        if self.is_open:
            return False
        self.why = why
        self.open_since = now
        self.probe_at = now + self._rest
        return True

    def may_probe(self, now: datetime) -> bool:
        """Also where the clock was set back, and `probe_at` is further away than any rest is long."""
        return self.probe_at is not None and not now < self.probe_at <= now + LONGEST_REST

    def probe_failed(self, why: str, now: datetime) -> None:
        self.why = why
        self._lengthen()
        self.probe_at = now + self._rest

    def close(self) -> None:
        """After a probe that went well; until something was sent, the next rest is longer all the same."""
        self.why = ""
        self.open_since = self.probe_at = None
        self._lengthen()

    def sent(self) -> None:
        self._rest = FIRST_REST

    def _lengthen(self) -> None:
        self._rest = min(LONGEST_REST, self._rest * 2)
