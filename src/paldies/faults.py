"""Named points at which a crash test may end or stop the process, as a power cut or a busy machine would."""

import os
import signal
from dataclasses import dataclass
from enum import StrEnum


class Point(StrEnum):
    SNAPSHOT_STORED = "snapshot_stored"  # a page of orders was committed
    EVENTS_PLANNED = "events_planned"  # a chunk of events was planned and committed
    BEFORE_CLAIM = "before_claim"  # decided and rendered, not yet claimed
    WAVE_WRITTEN = "wave_written"  # claims and settlements stand in a transaction that is not yet committed
    CLAIMED = "claimed"  # the claim is committed, the wire not yet touched
    BEFORE_DOT = "before_dot"  # the server waits for the text; text and final dot leave in one write
    AFTER_DOT = "after_dot"  # the final dot was handed to the network, no answer was read
    BEFORE_POST = "before_post"  # the next thing that happens is a request that a telephone may ring for
    AFTER_POST = "after_post"  # it was answered, and nobody here knows yet
    SENT = "sent"  # the provider took it, that is not yet written down
    SETTLED = "settled"  # it is written down
    DOUBTS_WRITTEN = "doubts_written"  # what a crash left behind is judged, in an open transaction
    REPORTED = "reported"  # a provider said what became of a message, that is not yet written down
    FOUND = "found"  # a provider knows of a message that was in doubt, that is not yet written down


@dataclass(slots=True)
class _Fault:
    every: int  # times that the point is reached
    signal: signal.Signals
    reached: int = 0


def _from_environment() -> dict[str, _Fault]:
    """`PALDIES_FAULT=before_claim:2:STOP,claimed:3`: stop at every second one, die at the third."""
    faults = {}
    for text in filter(None, os.environ.get("PALDIES_FAULT", "").split(",")):
        point, count, name = [*text.split(":"), "", ""][:3]
        faults[point] = _Fault(int(count or 1), signal.Signals[f"SIG{name or 'KILL'}"])
    return faults


_armed = _from_environment()


def reach(point: Point) -> None:
    """Does nothing, unless a crash test chose this point."""
    if point in _armed:
        _strike_in_turn(_armed[point])


def _strike_in_turn(fault: _Fault) -> None:
    fault.reached += 1
    if fault.reached % fault.every == 0:
        os.kill(os.getpid(), fault.signal)
