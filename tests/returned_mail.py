"""Mail that comes back, as mail servers write it; the copies of what was sent are cut short."""

from collections.abc import Sequence

ALICE = "alice@example.lv"
SENT = """\
Message-ID: <original@berzs.example>
To: alice@example.lv
From: Anna <anna@berzs.example>
Subject: Thank you
"""


def report(
    *fields: str,
    said: str = "I could not deliver your message.",
    to: str = "bounce@berzs.example",
    sent: str = SENT,
    kind: str = "delivery-status",
) -> bytes:
    """A report in the form for machines (RFC 3464); each of `fields` is one group."""
    groups = "\n\n".join(("Reporting-MTA: dns; mx.example.lv", *fields))
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.lv>
To: {to}
Date: Tue, 10 Mar 2026 12:00:00 +0200
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

{said}

--b1
Content-Type: message/{kind}

{groups}

--b1
Content-Type: message/rfc822

{sent}
Dear Alice, …

--b1--
""".encode()


def failed(status: str, said: str = "", recipient: str = ALICE, action: str = "failed") -> str:
    """The group of fields about one recipient."""
    answer = f"\nDiagnostic-Code: smtp; {said}" if said else ""
    return f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}{answer}"


def letter(
    *lines: str,
    sender: str = "MAILER-DAEMON@mx.example.lv",
    subject: str = "failure notice",
    headers: Sequence[str] = (),
    to: str = "bounce@berzs.example",
    sent: str = SENT,
) -> bytes:
    """A report in prose, with a copy of what was sent below it."""
    more = "".join(f"{one}\n" for one in headers)
    text = "\n".join(lines)
    return f"""\
Return-Path: <>
From: {sender}
To: {to}
Date: Tue, 10 Mar 2026 12:00:00 +0200
Subject: {subject}
{more}
{text}

--- Below this line is a copy of the message.

{sent}
Dear Alice, …
""".encode()


def complaint(*fields: str, to: str = "bounce@berzs.example", sent: str = SENT) -> bytes:
    """What a mailbox provider's feedback loop sends when somebody has pressed "spam" (RFC 5965)."""
    told = "\n".join(("User-Agent: Loop/1.0", "Version: 1", *fields))
    return f"""\
Return-Path: <fbl@example.lv>
From: feedback@example.lv
To: {to}
Date: Tue, 10 Mar 2026 12:00:00 +0200
Subject: complaint about message from 192.0.2.1
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an e-mail abuse report.

--b1
Content-Type: message/feedback-report

{told}

--b1
Content-Type: message/rfc822

{sent}
Dear Alice, …

--b1--
""".encode()
