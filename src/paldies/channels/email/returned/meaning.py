"""What a mail server's answer means for the address: its code, and words where a code says too little."""

import re

from paldies.channels.email.returned import codes, phrases
from paldies.channels.email.returned.notice import Verdict

DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})  # RFC 3463, RFC 7505: not there
_FULL = frozenset({"5.2.2"})
_OURS = re.compile(
    r"5\.(7\.\d+|6\.\d+|5\.\d+|3\.4|2\.3|1\.7|1\.8|4\.6)$"
)  # rules, content, protocol, size, sender


def judge(said: str, *, status: str = "", bare: bool = True) -> tuple[Verdict, str]:
    """The verdict, and the code that it stands on, empty if there is none.

    `said` is the receiving side's answer, whose own code counts more than the `status` that the reporting
    server made of it. `bare`: a code in it need not be marked as one. Words overrule a code in the address's
    favour, as servers refuse full mailboxes and spam as 5.1.1, too; against it they count only where they
    are as plain as a code.
    """
    code = codes.enhanced(said, bare=bare)
    if not codes.is_specific(code) and codes.is_specific(status):
        code = status
    code = code or status
    words = phrases.plain(said)
    if (code or codes.reply(said)).startswith("4"):
        return Verdict.SOFT, code
    if code in _FULL or phrases.FULL.search(words):
        return Verdict.SOFT, code
    if phrases.UNUSED.search(words):
        return Verdict.HARD, code or "5.2.1"
    if phrases.ABOUT_US.search(words):
        return Verdict.OURS, code
    if phrases.FOR_NOW.search(words):
        return Verdict.SOFT, code
    if code in DEAD:
        return Verdict.HARD, code
    if dead := _dead_in(words):
        return Verdict.HARD, dead
    return (Verdict.OURS if _OURS.match(code) else Verdict.SOFT), code


def _dead_in(words: str) -> str:
    """The code that the words stand for, empty if they are not certain."""
    if phrases.NO_MAILBOX.search(words):
        return "5.1.1"
    if phrases.NO_HOST.search(words):
        return "5.1.2"
    return "5.2.1" if phrases.MOVED.search(words) else ""
