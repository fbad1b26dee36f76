"""Bounces that are letters to people: recognised by who writes and how, and read with care."""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from paldies.channels.email.returned import codes, phrases
from paldies.channels.email.returned.meaning import judge
from paldies.channels.email.returned.notice import Returned, Verdict
from paldies.channels.email.returned.parts import header, prose, returned
from paldies.channels.email.returned.report import about

_ROBOTS = re.compile(
    r"^(mailer-?daemon|post-?master|mail-?master|mail-?daemon|mmdf|mdaemon|smtpd?|mailerdaemon|delivery"
    r"|bounce\w*|e\d+_smtp\w*"
    r"|mail(er)?[-_. ]?(delivery|system|admin\w*|service)\S*|noreply-?bounce\S*)@|mail delivery"
    r"|delivery (sub)?system"
    r"|mailer[- ]daemon|postmaster",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|not deliver|deliver\w* (status|fail|problem|error|notif|report|has failed|incomplete)"
    r"|fail(ed|ure) (mail|notice"
    r"|delivery|to deliver)|mail (failure|error|delivery|system error|could not|not delivered)"
    r"|return(ed|ing) (mail|message|to)"
    r"|non.?delivery|bounced?\b|unknown (user|recipient)|message (status|not delivered|could not"
    r"|rejected)|unzustellbar"
    r"|non remis|could not be delivered|rejected|nondeliverable|returned to sender|mailbox full"
    r"|delivery delay|delayed",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"out of (the )?office|auto.?(reply|respon\w*|matic reply)|vacation|on (annual |maternity )?leave"
    r"|holiday|abwesen|away from"
    r"|autoreply|absence|urlaub|ticket (id|#|number)|confirm you are|challenge|please verify|whitelist",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"verification process|verify (that )?you( are|'re)|confirm (that )?you( are|'re|r (message|address))"
    r"|(click|follow|visit)\b.{0,60}\b(verify|confirm|be delivered)|prove .{0,30}human"
    r"|reply to this (message|e-?mail).{0,60}(deliver|confirm|verif)",
    re.IGNORECASE | re.DOTALL,
)  # it is not delivered yet because we are to prove something first: whoever sent it may be called postmaster
_OPENING = 500  # characters
_ADDRESS = r"[^\s<>;,:\"'()\[\]]+@[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]"
_IN_PLACE = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"^\s*<({_ADDRESS})>[:,; ]",
        rf"^[\s*>\"'<(\[-]*({_ADDRESS})[>\"')\]:;.,]*\s*$",
        rf"\brcpt to:\s*<?({_ADDRESS})",
        rf"(?:recipient|address|mailbox|user|failed|undeliverable|addressed to|message (?:for|to)"
        rf"|mail (?:for|to)|delivered? to"
        rf"|sent to|to)\b[^\n@<]{{0,40}}[:<\"' \[(]({_ADDRESS})",
        rf"({_ADDRESS})",
    )
)
_NOT_A_RECIPIENT = re.compile(
    r"^(mailer-?daemon|post-?master|abuse|support|help|noreply|no-reply)@", re.IGNORECASE
)


def letter(mail: Message) -> Sequence[Returned]:
    """What a notice in prose says of each recipient; empty if it is no bounce."""
    text = prose(mail)
    if failed := _exim(mail, text):
        return failed
    passing, final = _known_formats(mail)
    if not _is_about_delivery(mail, text, is_known=bool(passing or final)):
        return ()
    is_delay = bool(phrases.DELAYED.search(" ".join(text.split())))
    found = dict.fromkeys(final or passing or _addresses(mail, text))
    if not found:
        return ()
    return [_judged(one, text, is_delay=is_delay or (one in passing and one not in final)) for one in found]


def _judged(recipient: str, text: str, *, is_delay: bool) -> Returned:
    said = about(text, recipient)
    verdict, code = judge(said, bare=False)
    if verdict is Verdict.SOFT and not code and not codes.reply(said) and not phrases.PERHAPS.search(text):
        verdict, code = judge(text, bare=False)  # some say why before they say whom
    if is_delay and verdict is not Verdict.HARD:
        verdict = Verdict.DELAYED
    return Returned(recipient, verdict, code, said[:500])


def _exim(mail: Message, text: str) -> Sequence[Returned]:
    """Exim names the recipients in a field of its own."""
    failed = re.findall(_ADDRESS, ", ".join(str(value) for value in mail.get_all("X-Failed-Recipients", [])))
    return [_judged(one, text, is_delay=False) for one in dict.fromkeys(failed)]


def _is_about_delivery(mail: Message, text: str, *, is_known: bool) -> bool:
    """Only what a mail system writes by itself: a person's letter that quotes a bounce is none."""
    if (
        str(mail.get_param("report-type", "")).lower() == "disposition-notification"
    ):  # that it was read, most often
        return "reject" in text.lower()
    if not is_known and _CHALLENGE.search(text[:_OPENING]):
        return False
    subject, sender = header(mail, "Subject"), header(mail, "From")
    name, address = parseaddr(sender)
    is_robot = bool(_ROBOTS.search(address) or _ROBOTS.search(name) or not address)
    if is_robot:
        return is_known or bool(_SUBJECT.search(subject) or phrases.EVIDENCE.search(text))
    if _AWAY.search(subject) or header(mail, "In-Reply-To"):
        return False
    if _SUBJECT.search(subject):
        return True
    is_answer = header(mail, "Auto-Submitted").lower().startswith("auto-replied")
    is_from_nobody = header(mail, "Return-Path") == "<>" and not is_answer
    return is_from_nobody and bool(phrases.EVIDENCE.search(text)) and not _AWAY.search(text[:_OPENING])


def _known_formats(mail: Message) -> tuple[Sequence[str], Sequence[str]]:
    """Those that were put off, and those that failed, as flufl.bounce knows dozens of old formats."""
    try:
        passing, final = all_failures(mail)
    except Exception:
        return (), ()
    return sorted(map(_plain, passing)), sorted(map(_plain, final))


def _plain(address: bytes) -> str:
    return address.decode("ascii", "replace")


def _addresses(mail: Message, text: str) -> Sequence[str]:
    """Whom the text names, in the likeliest place there is; else whom the returned message was for."""
    ours = {parseaddr(header(mail, name))[1].lower() for name in ("From", "To", "Return-Path", "Sender")}
    for pattern in _IN_PLACE:
        found = [one for one in pattern.findall(text) if _may_be_meant(one, ours)]
        if found:
            return list(dict.fromkeys(found))
    return list(dict.fromkeys(_addressees(mail)))


def _may_be_meant(address: str, ours: set[str]) -> bool:
    return address.lower() not in ours and not _NOT_A_RECIPIENT.match(address)


def _addressees(mail: Message) -> Iterator[str]:
    for text in returned(mail):
        if match := re.search(rf"^(?:To|X-Original-To):.*?({_ADDRESS})", text, re.IGNORECASE | re.MULTILINE):
            yield match[1]
