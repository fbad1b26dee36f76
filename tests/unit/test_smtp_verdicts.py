"""Whose fault a mail server's answer is, and whether another try can help."""

import pytest

from paldies.channels.base import DeliveryError, Doubt, Receipt
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
from paldies.channels.email.replies import ReplyError, ReplyReader
from paldies.channels.email.verdicts import receipt, refusal

# stage, answer → fault, permanent, address_is_dead
ANSWERS = [
    # the address does not exist
    (Stage.RCPT, "550 5.1.1 no such user", "recipient", True, True),
    (Stage.RCPT, "550 5.1.2 no such domain", "recipient", True, True),
    (Stage.RCPT, "553 5.1.3 bad syntax", "recipient", True, True),
    (Stage.RCPT, "551 5.1.6 moved", "recipient", True, True),
    (Stage.RCPT, "556 5.1.10 takes no mail", "recipient", True, True),
    (Stage.RCPT, "550 5.2.1 disabled", "recipient", True, True),
    (Stage.DOT, "550 5.1.1 no such user", "recipient", True, True),
    (Stage.RCPT, "550 No such user here", "recipient", True, True),
    (Stage.RCPT, "551 User not local", "recipient", True, True),
    (Stage.RCPT, "553 mailbox name not allowed", "recipient", True, True),
    # refused for good, but the address may well exist
    (Stage.RCPT, "550 5.1.8 bad sender", "recipient", True, False),
    (Stage.RCPT, "550 5.1.100 not a code we know", "recipient", True, False),
    (Stage.RCPT, "552 5.2.2 mailbox full", "recipient", True, False),
    (Stage.DOT, "552 mailbox full", "recipient", True, False),
    (Stage.DOT, "552 5.3.4 too big", "recipient", True, False),
    (Stage.DOT, "550 5.4.7 expired", "recipient", True, False),
    (Stage.DOT, "550 no", "recipient", True, False),
    (Stage.DOT, "554 5.6.0 cannot be read", "recipient", True, False),
    (Stage.BODY, "552 5.3.4 too big", "recipient", True, False),
    # refused for now
    (Stage.RCPT, "450 4.7.1 greylisted, try again in 5 minutes", "recipient", False, False),
    (Stage.RCPT, "451 4.1.1 later", "recipient", False, False),
    (Stage.RCPT, "450 mailbox busy", "recipient", False, False),
    (Stage.DATA, "451 4.3.0 later", "recipient", False, False),
    (Stage.DOT, "452 4.2.2 full", "recipient", False, False),
    # our fault: nobody is suppressed for it
    (Stage.RCPT, "554 5.7.1 relay access denied", "us", False, False),
    (Stage.RCPT, "550 5.7.26 unauthenticated", "us", False, False),
    (Stage.RCPT, "530 5.7.0 log in first", "us", False, False),
    (Stage.RCPT, "530 log in first", "us", False, False),
    (Stage.DOT, "535 no", "us", False, False),
    (Stage.DOT, "550 5.7.1 looks like spam", "us", False, False),
    (Stage.RCPT, "550 Relaying denied", "us", False, False),
    (Stage.RCPT, "553 sorry, that domain is not in my list of allowed rcpthosts", "us", False, False),
    (Stage.RCPT, "550 your host is on a blocklist", "us", False, False),
    (Stage.RCPT, "554 SPF check failed", "us", False, False),
    (Stage.MAIL, "550 5.1.1 whatever is said of a recipient", "us", False, False),
    (Stage.MAIL, "553 5.1.8 sender unknown", "us", False, False),
    (Stage.MAIL, "550 no", "us", False, False),
    (Stage.HELLO, "550 go away", "us", False, False),
    (Stage.LOGIN, "535 5.7.8 wrong password", "us", False, False),
    (Stage.GREETING, "554 no service", "us", False, False),
    (Stage.MAIL, "552 5.3.4 too big", "us", True, False),
    (Stage.MAIL, "552 too big", "us", True, False),
    # the provider's trouble
    (Stage.MAIL, "421 4.3.2 shutting down", "provider", False, False),
    (Stage.RCPT, "421 too many", "provider", False, False),
    (Stage.DOT, "421 4.7.0 try again later", "provider", False, False),
    (Stage.MAIL, "452 4.3.1 no room", "provider", False, False),
    (Stage.LOGIN, "454 4.7.0 temporary failure", "provider", False, False),
    (Stage.DOT, "454 Throttling failure: Maximum sending rate exceeded.", "provider", False, False),
    (Stage.GREETING, "450 busy", "provider", False, False),
    (Stage.DATA, "503 need RCPT", "provider", False, False),
    (Stage.RCPT, "500 what", "provider", False, False),
]


@pytest.mark.parametrize(("stage", "answer", "fault", "permanent", "is_dead"), ANSWERS)
def test_each_answer_has_its_meaning(
    stage: Stage, answer: str, fault: str, permanent: bool, is_dead: bool
) -> None:
    code, _, text = answer.partition(" ")

    error = refusal(stage, Reply(int(code), text))

    assert (error.fault, error.permanent, error.address_is_dead) == (fault, permanent, is_dead)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("code", [400, 421, 450, 499, 500, 550, 599])
@pytest.mark.parametrize("text", ["", "no", "5.7.1 no", "5.1.1 no", "4.7.1 no", "5.1.1"])
def test_only_a_recipient_who_was_refused_for_good_is_dead(stage: Stage, code: int, text: str) -> None:
    error = refusal(stage, Reply(code, text))

    if error.address_is_dead:
        assert (error.fault, error.permanent) == ("recipient", True)
        assert code >= 500
        assert "5.7." not in text


def test_a_refusal_says_what_was_said_without_naming_the_customer() -> None:
    error = refusal(Stage.RCPT, Reply(550, "5.1.1 <alice@example.com>: no such user"))

    assert str(error) == ("The address does not exist: 550 5.1.1 <…@example.com>: no such user (at RCPT TO)")
    assert error.code == "5.1.1"


def test_a_wrong_password_says_where_to_look() -> None:
    error = refusal(Stage.LOGIN, Reply(535, "5.7.8 authentication failed"))

    assert str(error).startswith("Check user and password in email.url (PALDIES_EMAIL_URL)")


def test_the_receipt_is_what_the_server_calls_the_message() -> None:
    accepted = receipt(Accepted(Reply(250, "2.0.0 Ok: queued as 4F1B2C")))

    assert accepted == Receipt("2.0.0 Ok: queued as 4F1B2C")


def test_only_silence_after_the_whole_message_is_a_doubt() -> None:
    with pytest.raises(Doubt, match="hung up"):
        receipt(Unanswered("the server hung up"))


@pytest.mark.parametrize(
    ("outcome", "code", "fault", "permanent"),
    [
        (Refused(Stage.RCPT, Reply(550, "5.1.1 no")), "5.1.1", "recipient", True),
        (Refused(Stage.DOT, Reply(452, "full")), "452", "recipient", False),
        (NotSent(Stage.MAIL, "closed", Reply(421, "4.3.2 bye")), "4.3.2", "provider", False),
        (NotSent(Stage.BODY, "the server hung up"), "connection", "provider", False),
        (NotSent(Stage.BODY, "answered too early", Reply(250, "ok")), "connection", "provider", False),
        (Unfit("smtputf8", "no"), "smtputf8", "recipient", True),
        (Unfit("size", "too large"), "size", "us", True),
        (Unfit("deadline", "too late"), "deadline", "us", False),
    ],
)
def test_whatever_surely_did_not_leave_is_an_error(
    outcome: Outcome, code: str, fault: str, permanent: bool
) -> None:
    with pytest.raises(DeliveryError) as error:
        receipt(outcome)

    assert (error.value.code, error.value.fault, error.value.permanent) == (code, fault, permanent)
    assert not error.value.address_is_dead or code == "5.1.1"


ANSWER_BYTES = b"250-one\r\n250 two\r\n421 bye\n550\r\n"


@pytest.mark.parametrize("step", [1, 2, 7, 100])
def test_answers_are_read_in_whatever_pieces_they_come(step: int) -> None:
    reader = ReplyReader()

    for start in range(0, len(ANSWER_BYTES), step):
        reader.feed(ANSWER_BYTES[start : start + step])

    assert list(reader.replies) == [Reply(250, "one two"), Reply(421, "bye"), Reply(550, "")]


@pytest.mark.parametrize(
    "rubbish", [b"hello\r\n", b"25 x\r\n", b"2500 x\r\n", b"199 x\r\n", b"600 x\r\n", b"250-a\r\n550 b\r\n"]
)
def test_what_came_before_rubbish_still_counts(rubbish: bytes) -> None:
    reader = ReplyReader()

    with pytest.raises(ReplyError):
        reader.feed(b"250 ok\r\n" + rubbish)

    assert list(reader.replies) == [Reply(250, "ok")]


def test_half_an_answer_is_not_nothing() -> None:
    reader = ReplyReader()

    reader.feed(b"421-go")

    assert not reader.is_empty
    assert not reader.replies
