"""Named points at which a crash test may end the process, as a power cut would."""

import os
import signal
from enum import StrEnum


class Point(StrEnum):
    SNAPSHOT_STORED = "snapshot_stored"  # a page of orders was committed
    EVENTS_PLANNED = "events_planned"  # a chunk of events was planned and committed
    BEFORE_CLAIM = "before_claim"  # decided and rendered, not yet claimed
    CLAIMED = "claimed"  # the claim is committed, the wire not yet touched
    BEFORE_DOT = "before_dot"  # the server waits for the text; text and final dot leave in one write
    AFTER_DOT = "after_dot"  # the final dot was handed to the network, no answer was read
    SENT = "sent"  # the provider took it, that is not yet written down
    SETTLED = "settled"  # it is written down


def _from_environment() -> tuple[str, int]:
    """`PALDIES_FAULT=claimed:3` ends the process the third time it gets there."""
    point, _, count = os.environ.get("PALDIES_FAULT", "").partition(":")
    return point, int(count or 1)


_armed, _countdown = _from_environment()


def reach(point: Point) -> None:
    """Does nothing, unless a crash test chose this point."""
    if point == _armed:
        _die_when_counted_down()


def _die_when_counted_down() -> None:
    global _countdown
    _countdown -= 1
    if _countdown == 0:
        os.kill(os.getpid(), signal.SIGKILL)
