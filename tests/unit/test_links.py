"""The addresses of the pages that a message links to."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from paldies.outbox.links import Links

LINKS = Links("https://paldies.berzs.example", b"secret")
LARGEST = 2**48 - 1


@pytest.mark.parametrize("message_id", [1, 7, 10_427, LARGEST])
def test_a_token_leads_back_to_its_message(message_id: int) -> None:
    assert LINKS.message_id(LINKS.token(message_id)) == message_id


def test_each_page_has_an_address_of_its_own_and_they_share_the_token() -> None:
    token = LINKS.token(7)

    assert LINKS.unsubscribe(7) == f"https://paldies.berzs.example/u/{token}"
    assert LINKS.feedback(7) == f"https://paldies.berzs.example/f/{token}"
    assert LINKS.complaint(7) == f"https://paldies.berzs.example/c/{token}"
    assert LINKS.callback("ab12") == "https://paldies.berzs.example/twilio/ab12"


def test_without_a_public_url_there_are_no_addresses() -> None:
    nowhere = Links("", b"secret")

    assert not any((nowhere.unsubscribe(7), nowhere.feedback(7), nowhere.complaint(7), nowhere.callback("a")))


def test_a_token_of_another_installation_leads_nowhere() -> None:
    assert LINKS.message_id(Links("", b"another secret").token(7)) is None


def test_a_token_that_was_changed_anywhere_leads_nowhere() -> None:
    token = LINKS.token(7)

    for place, letter in enumerate(token[:-1]):  # the last letter holds bits that mean nothing
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert LINKS.message_id(changed) is None


@pytest.mark.parametrize(
    "damaged", ["", "A", "A" * 21, "A" * 23, "ā" * 22, "=" * 22, " " * 22, "../../etc/passwd______"]
)
def test_what_is_no_token_leads_nowhere(damaged: str) -> None:
    assert LINKS.message_id(damaged) is None


def test_the_unsubscribe_header_is_not_folded_by_mail_software() -> None:
    mail = EmailMessage()
    mail["List-Unsubscribe"] = f"<{LINKS.unsubscribe(LARGEST)}>"

    assert f"<{LINKS.unsubscribe(LARGEST)}>".encode() in mail.as_bytes(policy=SMTP)


def test_a_former_secret_still_opens_what_it_sealed_and_seals_nothing_new() -> None:
    links = Links("", b"new", former=(b"secret",))

    assert links.message_id(LINKS.token(7)) == 7
    assert links.token(7) == Links("", b"new").token(7)
    assert not links.has_expired(LINKS.token(7))


def test_an_expired_secret_only_tells_that_a_link_was_ours() -> None:
    links = Links("", b"new", expired=(b"secret",))

    assert links.message_id(LINKS.token(7)) is None
    assert links.has_expired(LINKS.token(7))
    assert not links.has_expired("A" * 22)
