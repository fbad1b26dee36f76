"""Messages that are filled in one right after another."""

from collections.abc import Callable, Iterator, Sequence

from paldies.campaigns.decisions import Hold
from paldies.outbox.batch import Ready
from paldies.outbox.composer import Composed

Compose = Callable[[Ready], Composed | Hold]


class Tray:
    """A few of them: as soon as one is wanted, all are filled in.

    What the processor has at hand for the first one it still has for the others. To fill each in where its
    turn comes, between sockets and database, takes a third longer.
    """

    def __init__(self, messages: Sequence[Ready], compose: Compose) -> None:
        self._waiting = list(messages)
        self._compose = compose
        self._composed: dict[int, Composed | Hold] = {}

    def take(self, ready: Ready) -> Composed | Hold:
        """As `compose` has made it; once for each."""
        if self._waiting:
            self._composed = {one.brief.waiting.id: self._compose(one) for one in self._waiting}
            self._waiting = []
        return self._composed.pop(ready.brief.waiting.id)


def on_trays(messages: Sequence[Ready], compose: Compose, *, size: int) -> Iterator[tuple[Ready, Tray]]:
    """Each in its order, with the tray that it is on."""
    for first in range(0, len(messages), size):
        some = messages[first : first + size]
        tray = Tray(some, compose)
        for one in some:
            yield one, tray
