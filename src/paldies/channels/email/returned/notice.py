"""What one mail in the mailbox for bounces says, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What has become of a message to one recipient."""

    HARD = "hard"  # there is no such mailbox: it is never written to again
    SOFT = "soft"  # it was given up; the mailbox may well live
    OURS = "ours"  # the receiving side's rules kept it out, which says nothing about the mailbox
    DELAYED = "delayed"  # the mail server keeps trying
    DELIVERED = "delivered"
    COMPLAINT = "complaint"  # the recipient called it spam


@dataclass(frozen=True, slots=True)
class Returned:
    """What is said of one recipient."""

    recipient: str  # bare, as it stands there; empty: the mail does not say whom it means
    verdict: Verdict
    code: str = ""  # enhanced status code (RFC 3463), empty if there was none
    text: str = ""  # what the receiving side said
    also: str = ""  # where the mail had been forwarded to, if it failed there


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail: empty of `returned` if it is no report at all, such as a holiday note."""

    returned: Sequence[Returned]
    sent_to: Sequence[str] = ()  # the addresses of ours that it came to
    message_ids: Sequence[str] = ()  # of what it returns, without brackets
    at: datetime | None = None  # as its Date field says
