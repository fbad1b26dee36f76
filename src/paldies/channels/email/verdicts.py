"""What the end of a transaction means: whose fault it is, and whether another try can help."""

import re
from dataclasses import dataclass
from typing import NoReturn

from paldies.channels.base import DeliveryError, Doubt, Fault, NotBegun, Receipt
from paldies.channels.email.outcomes import (
    Accepted,
    NotSent,
    Outcome,
    Refused,
    Reply,
    Stage,
    Unanswered,
    Unfit,
)

_LONGEST_TEXT = 300  # characters of a server's answer that are kept
_ADDRESS = re.compile(r"[^\s<>@\"']+@(?=[^\s<>@]+)")


@dataclass(frozen=True, slots=True)
class _Rule:
    stages: frozenset[Stage]
    answer: str  # a pattern for "code enhanced-code text"; "-" stands for no enhanced code
    fault: Fault
    meaning: str
    permanent: bool = False
    address_is_dead: bool = False


_ANY = frozenset(Stage)
_LOGIN = frozenset({Stage.LOGIN})
_MAIL = frozenset({Stage.MAIL})
_RCPT = frozenset({Stage.RCPT})
_COMMANDS = frozenset({Stage.RCPT, Stage.DATA})
_MESSAGE = frozenset({Stage.RCPT, Stage.DATA, Stage.BODY, Stage.DOT})
_CHANNEL = _ANY - _MESSAGE

# Words of servers that give no enhanced code and mean us, not the mailbox.
_ABOUT_US = (
    r"\b(relay\w*|rcpthosts|authenticat\w*|spf|dkim|dmarc|rbl|spam\w*"
    r"|block(ed|list\w*)|blacklist\w*|reputation)\b"
)

_TOO_LARGE = "the message is too large"
_LOGIN_WRONG = "check user and password in email.url (PALDIES_EMAIL_URL)"
_SENDER_WRONG = "the mail server does not let us send from this address; check email.from"
_NOT_WELCOME = "the mail server's rules keep our mail out"
_NO_SUCH = "the address does not exist"

# The first rule that fits decides (RFC 5321 4.2, RFC 3463, RFC 4954, IANA's registry of enhanced codes).
# "us" or "provider", not permanent: the whole channel waits, no attempt is spent.
# "recipient", not permanent: this message is tried again later. Dead: the address is never used again.
_RULES = (
    _Rule(_ANY, r"421 ", "provider", "the mail server closes its connections for now"),
    _Rule(_MAIL, r"552 |5\d\d 5\.(3\.4|2\.3) ", "us", _TOO_LARGE, permanent=True),
    _Rule(_CHANNEL, r"4", "provider", "the mail server takes nothing for now"),
    _Rule(_LOGIN, r"5", "us", _LOGIN_WRONG),
    _Rule(_MAIL, r"5", "us", _SENDER_WRONG),
    _Rule(_CHANNEL, r"5", "us", "the mail server does not want to talk to us"),
    _Rule(_MESSAGE, r"454 ", "provider", "the mail server slows us down"),
    _Rule(_MESSAGE, r"53[0458] |5\d\d 5\.7\.", "us", _NOT_WELCOME),
    _Rule(
        _MESSAGE,
        r"5\d\d 5\.(1\.(1|2|3|6|10)|2\.1) ",
        "recipient",
        _NO_SUCH,
        permanent=True,
        address_is_dead=True,
    ),
    _Rule(_RCPT, r"55\d - .*" + _ABOUT_US, "us", _NOT_WELCOME),
    _Rule(_RCPT, r"55[013] - ", "recipient", _NO_SUCH, permanent=True, address_is_dead=True),
    _Rule(_COMMANDS, r"50[023] ", "provider", "the mail server and we are out of step"),
    _Rule(_MESSAGE, r"4", "recipient", "refused for now"),  # greylisting (4.7.x at RCPT) among others
    _Rule(_MESSAGE, r"5\d\d 5\.2\.2 ", "recipient", "the mailbox is full", permanent=True),
    _Rule(_MESSAGE, r"5", "recipient", "refused for good", permanent=True),
)


def receipt(outcome: Outcome) -> Receipt:
    """The receipt of an accepted message; its id is the server's last text, which holds the queue id.

    Raises Doubt if the message may have left, DeliveryError if it surely did not.
    """
    match outcome:
        case Accepted(reply):
            return Receipt(reply.text[:_LONGEST_TEXT])
        case Refused(stage, reply):
            raise refusal(stage, reply)
        case Unanswered(why):
            raise Doubt(f"No answer after the whole message was sent: {why}")
        case NotSent(stage, why, reply):
            _raise_not_sent(stage, why, reply)
        case Unfit():
            raise _unfit(outcome)


def refusal(stage: Stage, reply: Reply) -> DeliveryError:
    """What a 4yz or 5yz answer at this stage means; any other counts as the provider's confusion."""
    answer = f"{reply.code} {reply.enhanced or '-'} {reply.text}"
    said = f"{reply.code} {_masked(reply.text)} (at {stage})"
    for rule in _RULES:
        if stage in rule.stages and re.match(rule.answer, answer, re.IGNORECASE):
            return DeliveryError(
                _sentence(f"{rule.meaning}: {said}"),
                permanent=rule.permanent,
                fault=rule.fault,
                code=reply.enhanced or str(reply.code),
                address_is_dead=rule.address_is_dead,
            )
    return DeliveryError(
        f"The mail server gave an answer that cannot be: {said}",
        permanent=False,
        fault="provider",
        code=str(reply.code),
    )


def _raise_not_sent(stage: Stage, why: str, reply: Reply | None) -> NoReturn:
    if reply and reply.code >= 400:
        raise refusal(stage, reply)
    raise DeliveryError(
        f"The line to the mail server failed before the message had left (at {stage}): {why}",
        permanent=False,
        fault="provider",
        code="connection",
    )


def _unfit(unfit: Unfit) -> DeliveryError:
    why = _sentence(unfit.why)
    match unfit.problem:
        case "smtputf8":
            return DeliveryError(why, permanent=True, fault="recipient", code="smtputf8")
        case "size":
            return DeliveryError(why, permanent=True, fault="us", code="size")
        case "deadline":
            return NotBegun(why)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _masked(text: str) -> str:
    """The answer without the names in addresses: it goes into logs."""
    return _ADDRESS.sub("…@", text)[:_LONGEST_TEXT]
