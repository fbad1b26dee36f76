"""What a new plan means for all who are inside, added up for the person who is to agree to it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from paldies.campaigns.reasons import Reason
from paldies.campaigns.underway import Change, Effect, Move


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages, and the earliest and latest of their moments, before and after."""

    count: int
    before: tuple[datetime, datetime] | None
    after: tuple[datetime, datetime]

    @classmethod
    def of(cls, change: Change) -> "Tally":
        was = change.moment_before
        return cls(1, (was, was) if was else None, (change.moment, change.moment))

    def __add__(self, other: "Tally") -> "Tally":
        spans = [span for span in (self.before, other.before) if span]
        return Tally(
            self.count + other.count,
            (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None,
            (min(self.after[0], other.after[0]), max(self.after[1], other.after[1])),
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """`steps` by the step's key and what happens to its message; `hurried`: go sooner, or at all."""

    inside: int = 0
    untouched: int = 0
    hurried: int = 0
    stopped: Mapping[Reason, int] = field(default_factory=dict)
    steps: Mapping[tuple[str, Effect], Tally] = field(default_factory=dict)

    def plus(self, *moves: Move) -> "Outlook":
        """With some more passages."""
        steps = dict(self.steps)
        for move in moves:
            for change in move.changes:
                place, one = (change.after.step, change.effect), Tally.of(change)
                steps[place] = steps[place] + one if place in steps else one
        return replace(
            self,
            inside=self.inside + len(moves),
            untouched=self.untouched + sum(not move.changes and move.stop is None for move in moves),
            hurried=self.hurried + sum(change.may_hurry for move in moves for change in move.changes),
            stopped=Counter(self.stopped) + Counter(move.stop for move in moves if move.stop),
            steps=steps,
        )
