"""Invitations to write a review that only happy customers would get."""

import re
from collections.abc import Iterator

from paldies.templates.faults import Problem
from paldies.templates.lint.message import Reading

_ASKS = re.compile(r"\border\.rating\b")
_INVITES = re.compile(r"\breview_url\b")


def look(reading: Reading) -> Iterator[Problem]:
    """To ask the happy alone misleads whoever reads reviews, and the sites that carry them forbid it.

    A referral or a gift may go to whomever one likes.
    """
    lines = list(reading.written.lines())
    conditions = [reading.campaign.who if reading.campaign else "", reading.step.when if reading.step else ""]
    if not any(_ASKS.search(said) for said in (*conditions, *(line for _, line in lines))):
        return
    for number, line in lines:
        if _INVITES.search(line):
            yield reading.written.at(number).problem(
                "whether this invitation to write a review goes out depends on the rating",
                "Invite everybody who has told how it was, or nobody: take the link or order.rating out.",
            )
