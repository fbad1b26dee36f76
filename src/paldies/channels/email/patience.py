"""How long each part of an SMTP conversation may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds; the defaults for a transaction are the minima of RFC 5321 4.5.3.2.

    The long wait after the final dot is meant: to give up there is to doubt whether the mail left.
    """

    connect: float = 30.0  # until connected, secured and logged in
    command: float = 300.0  # for the answer to each of RSET, MAIL, RCPT, DATA
    body: float = 300.0  # until the whole text is handed to the network
    dot: float = 600.0  # for the answer to the end of the text
    quit: float = 5.0

    @property
    def until_text(self) -> float:
        """From MAIL to the moment at which the text may be handed over."""
        return 4 * self.command

    @property
    def longest(self) -> float:
        """From MAIL to the last possible answer: after that, a silent transaction is over for certain."""
        return self.until_text + self.body + self.dot
