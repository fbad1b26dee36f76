"""When a message that was refused is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from paldies.campaigns.reasons import Reason

# The first, less its jitter, is the five minutes that greylisting servers want to see.
BACK_OFF = (
    timedelta(minutes=6, seconds=15),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class RetryAt:
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    reason: Reason


def after_refusal(
    key: str, attempts: int, *, permanent: bool, now: datetime, expires_at: datetime
) -> RetryAt | GiveUp:
    """What becomes of a message after its `attempts`-th try was refused (counted from 1)."""
    if permanent:
        return GiveUp(Reason.REFUSED)
    at = now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1] * _jitter(key, attempts)
    return RetryAt(at) if at <= expires_at else GiveUp(Reason.GAVE_UP)


def _jitter(key: str, attempts: int) -> float:
    """Spreads retries over ±20 %, the same in every replay."""
    digest = sha256(f"{key}#{attempts}".encode()).digest()
    return 1 - JITTER + 2 * JITTER * int.from_bytes(digest[:8]) / 2**64
