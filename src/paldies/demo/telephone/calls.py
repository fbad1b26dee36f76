"""One pretend call, whose state at any moment follows from the clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from paldies.demo.telephone.forms import Form
from paldies.demo.telephone.lines import Busy, CallLine, Machine, Person, Unanswered, Unconnected
from paldies.demo.telephone.twiml import Menu, Script

_DIALLED_AFTER = 1.0  # seconds that it waits in the queue
_PERSON_KNOWN_AFTER = 2.5  # seconds from answering
_MACHINE_KNOWN_AFTER = 4.0
_AFTER_THE_BEEP = 0.5
_REACH_FOR_THE_KEY = 2.0  # seconds from the last word to the key
_WAIT_FOR_TWIML = 2.0  # seconds that the line stays up while it is asked what a key means


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said on the line; cut off where the line was, or where other words took its place."""

    at: datetime
    text: str
    is_recorded: bool  # by a machine, after its beep
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """One script, from when it is played."""

    at: datetime
    script: Script


@dataclass
class PretendCall:
    sid: str
    form: Form
    line: CallLine
    placed_at: datetime
    script: Script
    later: list[_Run] = field(default_factory=list)  # scripts that took its place
    cut_at: datetime | None = None
    is_cancelled: bool = False

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def dialled_at(self) -> datetime:
        return self.placed_at + timedelta(seconds=_DIALLED_AFTER)

    @property
    def answered_at(self) -> datetime | None:
        """None: by nobody."""
        if self.is_cancelled or not isinstance(self.line, Person | Machine):
            return None
        if self.line.answers_after > self._rings:
            return None
        at = self.dialled_at + timedelta(seconds=self.line.answers_after)
        return None if self.cut_at and self.cut_at <= at else at

    @property
    def over_at(self) -> datetime:
        """When the line is free again, as far as it is known now."""
        at = self._ends_by_itself_at
        return min(at, self.cut_at) if self.cut_at else at

    def status(self, now: datetime) -> str:
        """Twilio's word."""
        if now >= self.over_at:
            return self._end
        if now < self.dialled_at:
            return "queued"
        return "in-progress" if self.answered_at and now >= self.answered_at else "ringing"

    @property
    def recognised_at(self) -> datetime | None:
        """When the detection of answering machines comes to its end, if it was asked for and gets there."""
        known_at = self._recognised_at
        return known_at if known_at and known_at <= self.over_at else None

    def answered_by(self, now: datetime) -> str | None:
        """What the detection of answering machines has found, if it was asked for and has found anything."""
        if self.recognised_at is None or now < self.recognised_at:
            return None
        if isinstance(self.line, Person):
            return "human"
        if isinstance(self.line, Machine) and self.line.kind == "fax":
            return "fax"
        return "machine_start" if self.form["MachineDetection"] == "Enable" else "machine_end_beep"

    def heard(self, now: datetime) -> list[Heard]:
        """Everything said so far."""
        runs = self._runs
        ends = [run.at for run in runs[1:]] + [self.over_at]
        return [
            heard
            for run, end in zip(runs, ends, strict=True)
            for heard in self._said(run, min(end, self.over_at, now))
        ]

    @property
    def key(self) -> str:
        """What the person presses; empty: nothing."""
        return self.line.presses if isinstance(self.line, Person) and self._menu else ""

    @property
    def pressed_at(self) -> datetime | None:
        at = self._pressed_at
        return at if at and at < self.over_at else None

    @property
    def action(self) -> str:
        """The address that is told the key."""
        return self._menu.action if self._menu else ""

    def play(self, script: Script, now: datetime) -> None:
        """From now on, instead of what was being said."""
        self.later.append(_Run(now, script))

    def hang_up(self, now: datetime) -> None:
        self.cut_at = now

    def cancel(self, now: datetime) -> None:
        """Before anybody answers."""
        self.cut_at, self.is_cancelled = now, True

    @property
    def _rings(self) -> float:
        return float(self.form.get("Timeout", "60"))

    @property
    def _end(self) -> str:
        if self.is_cancelled:
            return "canceled"
        match self.line:
            case Busy():
                return "busy"
            case Unconnected():
                return "failed"
        return "completed" if self.answered_at else "no-answer"

    @property
    def _ends_by_itself_at(self) -> datetime:
        match self.line:
            case Busy(after) | Unconnected(after=after):
                return self.dialled_at + timedelta(seconds=after)
            case Unanswered():
                return self.dialled_at + timedelta(seconds=self._rings)
        answered_at = self.answered_at
        if answered_at is None:
            return self.dialled_at + timedelta(seconds=self._rings)
        last = self._runs[-1]
        at = last.at + timedelta(seconds=last.script.lasts)
        if not self.later and self._pressed_at:
            at = self._pressed_at + timedelta(seconds=_WAIT_FOR_TWIML)
        if isinstance(self.line, Person) and self.line.hangs_up_after is not None:
            at = min(at, answered_at + timedelta(seconds=self.line.hangs_up_after))
        return min(at, answered_at + timedelta(seconds=float(self.form.get("TimeLimit", "14400"))))

    @property
    def _pressed_at(self) -> datetime | None:
        if not (self._menu and isinstance(self.line, Person) and self.line.presses):
            return None
        asked = self._runs[0].at + timedelta(seconds=self._menu.asked)
        return asked + timedelta(seconds=_REACH_FOR_THE_KEY)

    @property
    def _menu(self) -> Menu | None:
        return self.script.menus[0] if self.script.menus else None

    @property
    def _recognised_at(self) -> datetime | None:
        if not self.answered_at or "MachineDetection" not in self.form:
            return None
        if isinstance(self.line, Machine):
            waits = self.form["MachineDetection"] == "DetectMessageEnd" and self.line.kind != "fax"
            after = self.line.greeting + _AFTER_THE_BEEP if waits else _MACHINE_KNOWN_AFTER
        else:
            after = _PERSON_KNOWN_AFTER
        return self.answered_at + timedelta(seconds=after)

    @property
    def _runs(self) -> list[_Run]:
        """The first begins on answering or, unless detection works in the background, when that is done."""
        begins = self.answered_at
        if begins is None:
            return []
        if self._recognised_at and self.form.get("AsyncAmd", "false") != "true":
            begins = self._recognised_at
        return [_Run(begins, self.script), *self.later]

    def _said(self, run: _Run, until: datetime) -> list[Heard]:
        heard = []
        for line in run.script.lines:
            begins = run.at + timedelta(seconds=line.begins)
            if begins >= until:
                break
            share = min(1.0, (until - begins).total_seconds() / line.lasts)
            heard.append(
                Heard(
                    at=begins,
                    text=line.text[: round(len(line.text) * share)],
                    is_recorded=self._is_recording(begins),
                    is_whole=share > 0.999,  # instants are cut to the microsecond
                )
            )
        return heard

    def _is_recording(self, at: datetime) -> bool:
        if not isinstance(self.line, Machine) or not self.answered_at:
            return False
        return at >= self.answered_at + timedelta(seconds=self.line.greeting)
