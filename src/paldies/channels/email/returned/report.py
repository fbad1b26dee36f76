"""Reports in a form for machines: delivery status (RFC 3464, RFC 6533) and complaints (RFC 5965)."""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import HeaderParser

from paldies.channels.email.returned import codes, phrases
from paldies.channels.email.returned.meaning import judge
from paldies.channels.email.returned.notice import Returned, Verdict
from paldies.channels.email.returned.parts import text_of, walk

_STATUS = ("message/delivery-status", "message/global-delivery-status", "text/delivery-status")
_COMPLAINT = "message/feedback-report"
_NOT_SPAM = ("not-spam", "auth-failure", "virus", "dmarc")  # RFC 5965 7.3, RFC 6591 3.2.4
_ADDRESS = re.compile(r"[^\s<>;,\"'()]+@[^\s<>;,\"'()]+")
_A_FEW_WORDS = 2
_LONGEST = 1000  # characters of a field
_XTEXT = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461 4


def complaint(mail: Message) -> Sequence[Returned]:
    """What a feedback report says; empty if the mail is none, or is one of another kind."""
    for part in walk(mail):
        if part.get_content_type() == _COMPLAINT:
            fields = next(_blocks(part), Message())
            if _field(fields, "Feedback-Type").lower() in _NOT_SPAM:
                return ()
            told = fields.get_all("Original-Rcpt-To", []) + fields.get_all("Removal-Recipient", [])
            whom = {address(str(one)) for one in told} - {""}
            return [Returned(one, Verdict.COMPLAINT) for one in sorted(whom)] or [
                Returned("", Verdict.COMPLAINT)
            ]
    if str(mail.get("Subject", "")).lower().startswith("complaint about message from"):
        return [Returned(one, Verdict.COMPLAINT) for one in map(address, _named_by_microsoft(mail)) if one]
    return ()


def _named_by_microsoft(mail: Message) -> list[str]:
    """Its Junk Mail Reporting Program returns the message with a field of its own, and no report."""
    return [str(value) for part in mail.walk() for value in part.get_all("X-HmXmrOriginalRecipient", [])]


def delivery_status(mail: Message, prose: str) -> Sequence[Returned] | None:
    """What a delivery status notification says of each recipient, None if it names nobody and nothing.

    `prose` is its part for people.
    """
    told: dict[str, Returned] = {}
    says_something = False
    for part in walk(mail):
        if part.get_content_type() in _STATUS:
            for block in _blocks(part):
                if not (_field(block, "Action") or _field(block, "Final-Recipient")):
                    continue  # it is about the whole message
                says_something = True
                if (one := _of_block(block, prose)) and one.recipient not in told:
                    told[one.recipient] = one
    return list(told.values()) if says_something else None


def address(value: str) -> str:
    """The bare address in `rfc822; <alice@example.com>`, empty if there is none."""
    kind, separator, rest = value.partition(";")
    text = rest if separator else kind
    if kind.strip().lower() in ("rfc822", "utf-8") and "+" in text and "@" not in text:
        text = _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
    match = _ADDRESS.search(text)
    return match[0].rstrip(".") if match else ""


def _of_block(block: Message, prose: str) -> Returned | None:
    """None for what is neither good nor bad news."""
    final = address(_field(block, "Final-Recipient")) or address(_field(block, "X-Actual-Recipient"))
    original = address(_field(block, "Original-Recipient"))
    recipient = original or final
    also = final if original and final.lower() != original.lower() else ""
    action, status_field = _field(block, "Action").lower(), _field(block, "Status")
    status, said = codes.enhanced(status_field), _said(block)
    if action.startswith("delayed"):
        return Returned(recipient, Verdict.DELAYED, status, said, also)
    if action.startswith("deliver"):  # "deliverable", too: somebody has only asked whether it would be
        return Returned(recipient, Verdict.DELIVERED, status, said, also)
    if action.startswith(("relayed", "expanded")) or status.startswith("2"):
        return None
    verdict, code = judge(said or status_field, status=status)
    if verdict is Verdict.SOFT and not code.startswith("4") and not codes.is_specific(code):
        verdict, code = judge(about(prose, recipient), status=status, bare=False)
    return Returned(recipient, verdict, code, said, also)


def _said(block: Message) -> str:
    """The receiving side's answer, without the name of its language."""
    value = " ".join(_field(block, "Diagnostic-Code").split())
    kind, separator, answer = value.partition(";")
    return answer.strip() if separator and " " not in kind.strip() else value


def about(prose: str, recipient: str) -> str:
    """What a text for people says of one recipient: from its lines to the next name, or else all of it."""
    whole = " ".join(prose.split())
    if not recipient:
        return whole
    lines, is_meant = [], False
    for line in prose.splitlines():
        if named := {one.lower().strip(".:") for one in _ADDRESS.findall(line)}:
            is_meant = recipient.lower() in named
        if is_meant:
            lines.append(line)
    told = " ".join(" ".join(lines).split())
    return told if len(phrases.plain(told).split()) >= _A_FEW_WORDS else whole


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields; the standard library makes messages of them only in one media type."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload:
            if not isinstance(block, Message):
                continue
            yield block
            if not block.is_multipart() and ":" in (rest := text_of(block)):
                yield from _parsed(
                    rest
                )  # all but the first, in a type that the standard library does not know
        return
    yield from _parsed(text_of(part))


def _parsed(text: str) -> Iterator[Message]:
    for group in re.split(r"\r?\n[ \t]*\r?\n", text.strip()):
        yield HeaderParser().parsestr(group.strip())


def _field(block: Message, name: str) -> str:
    return str(block.get(name, ""))[:_LONGEST].strip()
