"""What became of a message whose line failed before the server had taken note of it."""

from dataclasses import dataclass
from typing import TypeGuard

from paldies.channels.email.outcomes import NotSent, Outcome, Stage
from paldies.channels.email.transaction import Transaction

_BEFORE_ANYTHING = frozenset({Stage.IDLE, Stage.RESET, Stage.MAIL})


@dataclass(frozen=True, slots=True)
class Untouched:
    """It has not ended: another line may take it."""

    transaction: Transaction
    outcome: NotSent


def is_untouched(outcome: Outcome) -> TypeGuard[NotSent]:
    return isinstance(outcome, NotSent) and outcome.stage in _BEFORE_ANYTHING
