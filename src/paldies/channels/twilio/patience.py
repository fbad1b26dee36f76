"""How long each part of a request to Twilio may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. The long wait for the answer is meant: to give up is to doubt whether the telephone rings."""

    connect: float = 5.0
    answer: float = 30.0
    look_up: float = 10.0  # for an answer that can be asked for again

    @property
    def longest(self) -> float:
        """From the beginning to the last possible answer."""
        return self.connect + self.answer
