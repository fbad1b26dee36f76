"""One text filled in for one order, with everything that is known about both."""

from collections.abc import Mapping
from dataclasses import dataclass

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.words import Purpose
from paldies.templates.lint.carriers import Carrier
from paldies.templates.lint.written import Place, Written
from paldies.templates.renderer import Content
from paldies.templates.text import Text


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that works, with the step it is for; None where the folder has no such step."""

    text: Text
    written: Written
    campaign: Campaign | None
    step: Step | None
    carrier: Carrier

    @property
    def purpose(self) -> Purpose:
        return self.step.purpose if self.step else Purpose.SERVICE

    @property
    def signer(self) -> str:
        """Without a plan nobody knows yet who will sign: the first of the shop's people stands in."""
        if self.step and self.step.sender:
            return self.step.sender
        return next(iter(self.text.senders.keys()), "")


@dataclass(frozen=True, slots=True)
class Message:
    reading: Reading
    values: Mapping[str, object]
    content: Content

    @property
    def written(self) -> Written:
        return self.reading.written

    def place_of(self, words: str) -> Place:
        return self.written.place_of(words, self.values)
