"""A mail that has come back says whom it means and what has become of the message, whoever wrote it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.channels.email.returned.notice import Returned, Verdict
from paldies.channels.email.returned.reading import read
from tests.returned_mail import ALICE, complaint, failed, letter, report

HARD, SOFT, OURS, DELAYED = Verdict.HARD, Verdict.SOFT, Verdict.OURS, Verdict.DELAYED


def only(content: bytes) -> Returned:
    (told,) = read(content).returned
    return told


@pytest.mark.parametrize(
    ("status", "said", "verdict"),
    [
        ("5.1.1", "550 5.1.1 <alice@example.lv>: Recipient address rejected: User unknown", HARD),
        ("5.1.1", "", HARD),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup", HARD),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", HARD),
        ("5.0.0", "550-5.1.1 The email account that you tried to reach does not exist", HARD),
        ("5.0.0", "550 Unknown user alice@example.lv", HARD),
        ("5.0.0", "550 5.5.0 Requested action not taken: mailbox unavailable", HARD),
        ("5.7.1", "554 5.7.1 Unknown recipient", HARD),
        (
            "5.4.4",
            "Host or domain name not found. Name service error for name=x.lv type=A: Host not found",
            HARD,
        ),
        ("5.0.0", "X-Notes; User alice (alice@example.lv) not listed in Domino Directory", HARD),
        ("5.2.1", "550 5.2.1 This mailbox has been blocked due to inactivity", HARD),
        ("5.2.2", "552 5.2.2 Mailbox full", SOFT),
        ("5.1.1", "550 5.1.1 mailbox is over quota", SOFT),
        ("5.0.0", "552 Requested mail action aborted: exceeded storage allocation", SOFT),
        ("4.4.1", "connect to mx.example.lv[192.0.2.1]:25: Connection timed out", SOFT),
        ("4.4.7", "delivery temporarily suspended: message expired", SOFT),
        ("5.0.0", "452 4.2.2 The email account that you tried to reach is over quota", SOFT),
        ("5.4.4", "Name service error for name=x.lv type=MX: Host not found, try again", SOFT),
        ("5.0.0", "", SOFT),
        ("5.7.1", "550 5.7.1 Our system has detected that this message is likely unsolicited mail", OURS),
        ("5.1.1", "550 5.1.1 rejected: your IP is on the blocklist of spam.example", OURS),
        ("5.1.8", "553 5.1.8 Domain of sender address bounce@berzs.example does not exist", OURS),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed maximum message size", OURS),
        ("5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", OURS),
    ],
)
def test_code_and_words_say_whose_fault_it_is(status: str, said: str, verdict: Verdict) -> None:
    told = only(report(failed(status, said)))

    assert (told.recipient, told.verdict) == (ALICE, verdict)


def test_a_word_in_the_name_of_a_host_is_no_word() -> None:
    told = only(report(failed("5.1.1", "host mx.spam-block.example[192.0.2.1] said: 550 5.1.1 User unknown")))

    assert told.verdict is HARD


def test_a_server_that_keeps_trying_has_given_up_nothing() -> None:
    delayed = failed("4.4.1", "connect to mx.example.lv: Connection refused", action="delayed")

    assert only(report(delayed)).verdict is DELAYED


def test_a_report_of_good_news_is_no_bounce() -> None:
    assert only(report(failed("2.0.0", "250 ok", action="delivered"))).verdict is Verdict.DELIVERED
    assert not read(report(failed("2.0.0", "", action="relayed"))).returned


def test_each_recipient_has_its_own_verdict() -> None:
    content = report(failed("5.1.1"), failed("4.2.2", recipient="boris@example.ru"))

    told = {one.recipient: one.verdict for one in read(content).returned}

    assert told == {ALICE: HARD, "boris@example.ru": SOFT}


def test_the_address_that_we_wrote_to_counts_and_not_where_it_was_passed_on_to() -> None:
    passed_on = "Original-Recipient: rfc822;alice@example.lv\n" + failed(
        "5.1.1", recipient="a.b@intern.example.lv"
    )

    told = only(report(passed_on))

    assert (told.recipient, told.also) == (ALICE, "a.b@intern.example.lv")


def test_an_internationalised_report_is_read_as_well() -> None:
    told = only(
        report(
            "Final-Recipient: utf-8; ilze@pēteris.lv\nAction: failed\nStatus: 5.1.1",
            kind="global-delivery-status",
        )
    )

    assert (told.recipient, told.verdict) == ("ilze@pēteris.lv", HARD)


def test_a_report_that_somebody_has_forwarded_is_still_a_report() -> None:
    inner = report(failed("5.1.1")).decode()
    cover = f"""\
From: it@berzs.example
To: bounce@berzs.example
Subject: Fwd: look at this
Content-Type: multipart/mixed; boundary="b0"

--b0
Content-Type: text/plain

Please handle.

--b0
Content-Type: message/rfc822

{inner}
--b0--
"""

    assert only(cover.encode()).recipient == ALICE


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (
            (
                "Hi. This is the qmail-send program.",
                "<alice@example.lv>:",
                "Sorry, no mailbox here by that name. (#5.1.1)",
            ),
            HARD,
        ),
        (
            ("<alice@example.lv>: host mx[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO)",),
            HARD,
        ),
        (
            (
                "A message that you sent could not be delivered to one or more of its recipients.",
                "This is a permanent error. The following address(es) failed:",
                "",
                "  alice@example.lv",
                "    SMTP error from remote mail server after RCPT TO:<alice@example.lv>:",
                "    host mx.example.lv [192.0.2.1]: 550 No such user",
            ),
            HARD,
        ),
        (("Your message was undeliverable.", "Reason: 550 5.1.1 User unknown", "alice@example.lv"), HARD),
        (("<alice@example.lv>:", "The user's mailbox is full."), SOFT),
        (("<alice@example.lv>:", "Connected to 192.0.2.1 but sender was rejected: spam"), OURS),
        (("Delivery to alice@example.lv has failed.",), SOFT),
        (
            (
                "Your message to alice@example.lv has not yet been delivered.",
                "No action is required on your part: it will be retried for 4 days.",
            ),
            DELAYED,
        ),
    ],
)
def test_a_letter_from_a_mail_server_is_understood(lines: tuple[str, ...], verdict: Verdict) -> None:
    told = only(letter(*lines))

    assert (told.recipient, told.verdict) == (ALICE, verdict)


def test_exim_names_the_recipients_in_a_field() -> None:
    told = only(
        letter("Mail delivery failed. Unrouteable address", headers=[f"X-Failed-Recipients: {ALICE}"])
    )

    assert (told.recipient, told.verdict) == (ALICE, HARD)


@pytest.mark.parametrize(
    "content",
    [
        letter(
            "I am away until Monday.", sender="Alice <alice@example.lv>", subject="Out of office: Thank you"
        ),
        letter(
            "I am on holiday; in urgent cases, write to boris@example.ru.",
            sender="Alice <alice@example.lv>",
            subject="Re: Thank you",
            headers=["Auto-Submitted: auto-replied", "In-Reply-To: <original@berzs.example>"],
        ),
        letter(
            "Please confirm that you are a person: https://challenge.example/1",
            sender="alice@example.lv",
            subject="Re: Thank you (please confirm you are human)",
        ),
        letter(
            "Your message to alice@example.lv will not be delivered until you click the link below"
            " to complete the verification process.",
            sender="postmaster@challenge.example",
            subject="Re: Thank you (verification)",
        ),
        letter(
            "Thank you for your message. Ticket #123 was opened.",
            sender="help@example.lv",
            subject="[#123] Thanks",
        ),
        letter(
            "Cannot you deliver on Friday instead?",
            sender="alice@example.lv",
            subject="Re: your order",
            headers=["In-Reply-To: <original@berzs.example>"],
        ),
        report(
            "Final-Recipient: rfc822; alice@example.lv\nDisposition: manual-action/MDN-sent; displayed",
            said="Your message was read.",
            kind="disposition-notification",
        ),
        b"",
        b"\0\xff\xfe",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
    ],
)
def test_what_is_no_bounce_says_nothing(content: bytes) -> None:
    assert not read(content).returned


def test_a_complaint_is_known_by_its_form() -> None:
    told = only(complaint("Feedback-Type: abuse", "Original-Rcpt-To: <alice@example.lv>"))

    assert (told.recipient, told.verdict) == (ALICE, Verdict.COMPLAINT)


def test_a_complaint_may_keep_silent_about_who_complains() -> None:
    assert only(complaint("Feedback-Type: abuse")) == Returned("", Verdict.COMPLAINT)


def test_microsoft_says_who_complains_in_a_field_of_its_own() -> None:
    content = b"""\
From: staff@hotmail.com
To: fbl@berzs.example
Subject: complaint about message from 192.0.2.1
Content-Type: message/rfc822

X-HmXmrOriginalRecipient: <alice@example.lv>
Message-ID: <original@berzs.example>
Subject: Thank you

Dear Alice
"""

    assert only(content) == Returned(ALICE, Verdict.COMPLAINT)
    assert read(content).message_ids == ("original@berzs.example",)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    assert not read(complaint(f"Feedback-Type: {kind}", f"Original-Rcpt-To: {ALICE}")).returned


def test_only_what_was_returned_names_our_message() -> None:
    reply = letter(
        "Thanks!",
        sender=ALICE,
        subject="Re: Thank you",
        headers=["References: <original@berzs.example>"],
        sent="",
    )

    assert read(report(failed("5.1.1"))).message_ids == ("original@berzs.example",)
    assert read(letter("<alice@example.lv>: 550 5.1.1 User unknown")).message_ids == (
        "original@berzs.example",
    )
    assert not read(reply).message_ids


def test_where_it_came_back_to_is_told() -> None:
    assert read(report(failed("5.1.1"), to="bounce+mark@berzs.example")).sent_to == (
        "bounce+mark@berzs.example",
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_mail_is_broken_enough_to_stop_the_reader(data: st.DataObject) -> None:
    whole = data.draw(
        st.sampled_from(
            [report(failed("5.1.1")), letter("<a@b.lv>: no such user"), complaint("Feedback-Type: abuse")]
        )
    )
    start = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=40))

    notice = read(whole[:start] + noise + whole[start + len(noise) :])

    assert len(notice.returned) <= len(whole)


@pytest.mark.parametrize("long", [b"a" * 250_000, b"a@" * 100_000, b"user is not a valid " * 10_000])
@pytest.mark.parametrize("head", [b"", b"Content-Type: text/html\n", b"X-Failed-Recipients: "])
def test_a_mail_made_to_keep_us_busy_does_not(long: bytes, head: bytes) -> None:
    began = time.process_time()

    read(b"From: MAILER-DAEMON@example.lv\nSubject: failure notice\n" + head + b"\n" + long)
    read(report(failed("5.0.0", long.decode()), said=long.decode()))

    assert time.process_time() - began < 3
