"""What a mail server receives carries a signature that somebody else's verifier believes."""

import re
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from paldies.bootstrap.channels import make_signer
from paldies.bootstrap.set_up import SetUpError
from paldies.campaigns.words import Purpose
from paldies.channels.base import Attachment, Letterhead, Outgoing, Rendered
from paldies.channels.email.channel import EmailChannel
from paldies.channels.email.dkim import Signer
from paldies.cli.checks.dkim import look_at_key
from paldies.configuration import ConfigurationError, load
from tests.smtp_servers import KeepingServer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
UNSUBSCRIBE = "https://care.example.com/u/0123456789abcdefABCDEF"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signer() -> Signer:
    return Signer("example.com", "paldies", pem())


def dns(name: bytes, timeout: int = 5) -> bytes:
    """A name server that knows one key."""
    assert name == b"paldies._domainkey.example.com."
    return f"v=DKIM1; k=rsa; p={signer().public_key}".encode()


def outgoing(purpose: Purpose = Purpose.PROMOTIONAL, **changes: object) -> Outgoing:
    rendered = Rendered(
        text_version="v1",
        letterhead=Letterhead(
            "Anna <anna@example.com>",
            reply_to="hello@example.com",
            attachments=(Attachment("care.txt", "text/plain", b"a  b \t\r\n\r\n.\r\n\r\n\r\n"),),
        ),
        to="alice@example.com",
        to_name="Алиса Озола " * 9,
        subject="Paldies, Alise! " * 12,
        text="Paldies,  Alise. \r\n.\r\n\r\n\r\n",
        html="<p>Paldies,  Alise. </p>\n\n\n",
    )
    values = {
        "rendered": rendered,
        "message_id": "m1@example.com",
        "key": "k",
        "campaign": "first_day",
        "purpose": purpose,
        "attempt_id": "a1",
        "unsubscribe_url": UNSUBSCRIBE if purpose is Purpose.PROMOTIONAL else "",
    }
    return Outgoing(**values | changes)  # type: ignore[arg-type]


async def received(message: Outgoing) -> bytes:
    async with KeepingServer() as server:
        email = EmailChannel(server.url, "Anna <anna@example.com>", signer=signer())
        await email.send(message)
        await email.close()
    (mail,) = server.mails
    return mail.content


def signed_fields(content: bytes) -> list[str]:
    unfolded = re.sub(rb"\r\n\s+", b" ", content).decode("ascii", "replace")
    found = re.search(r"DKIM-Signature: [^\r]*?h=([^;]*);", unfolded)
    assert found
    return found[1].replace(" ", "").split(":")


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_what_a_mail_server_receives_is_signed(purpose: Purpose) -> None:
    content = await received(outgoing(purpose))

    assert dkim.verify(content, dnsfunc=dns)
    assert max(map(len, content.split(b"\r\n"))) <= 998


async def test_both_unsubscribe_fields_are_signed() -> None:
    content = await received(outgoing())

    assert {"list-unsubscribe", "list-unsubscribe-post", "feedback-id"} <= set(signed_fields(content))
    assert {"from", "to", "subject", "date", "message-id", "mime-version"} <= set(signed_fields(content))
    other = content.replace(
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: no"
    )
    assert not dkim.verify(other, dnsfunc=dns)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"From: Anna", b"From: Eve"),
        (b"Subject: ", b"Subject: Re: "),
        (UNSUBSCRIBE.encode(), b"https://evil.example/"),
        (b"Feedback-ID: first_day", b"Feedback-ID: last_day"),
        (b"UGFsZGllcy", b"UGFsZGllcx"),
        (b"\r\nMIME-Version", b"\r\nSubject: another\r\nMIME-Version"),
        (b"\r\nMIME-Version", b"\r\nFrom: eve@evil.example\r\nMIME-Version"),
        (b"\r\nDate: ", b"\r\nDate: Mon, 1 Jan 2001 00:00:00 +0000\r\nDate: "),
    ],
)
async def test_whoever_changes_anything_breaks_the_signature(before: bytes, after: bytes) -> None:
    content = await received(outgoing())

    assert before in content
    assert not dkim.verify(content.replace(before, after, 1), dnsfunc=dns)


async def test_what_a_relay_may_do_leaves_the_signature_whole() -> None:
    content = await received(outgoing())
    head, _, body = content.partition(b"\r\n\r\n")

    relayed = (
        b"Received: from somewhere\r\n" + head.replace(b"To: ", b"to:   ") + b"\r\n\r\n" + body + b"\r\n\r\n"
    )

    assert dkim.verify(relayed, dnsfunc=dns)


async def test_without_a_key_nothing_is_signed() -> None:
    async with KeepingServer() as server:
        email = EmailChannel(server.url, "Anna <anna@example.com>")
        await email.send(outgoing())
        await email.close()

    assert b"DKIM-Signature" not in server.mails[0].content


@pytest.mark.parametrize("body", [b"", b"\r\n\r\n", b"a \t b \r\n \r\n\r\n", b" a", b"\t\r\nx  y\r\n"])
@pytest.mark.parametrize(
    "head", [b"From: a@example.com", b"from:a@example.com\r\n\t(x)\r\nSubject:  b\r\n  c "]
)
def test_every_blank_counts_as_the_rfc_says(head: bytes, body: bytes) -> None:
    signed = signer().signed(head + b"\r\n\r\n" + body, at=1_795_000_000)

    assert dkim.verify(signed, dnsfunc=dns)


# the settings


def house(folder: Path, key: bytes | None = None, *, mode: int = 0o600, settings: str = "") -> Path:
    file = folder / "paldies.toml"
    lines = settings or 'dkim_selector = "paldies"\ndkim_key = "dkim.pem"'
    file.write_text(f'[email]\nfrom = "Anna <anna@example.com>"\n{lines}\n')
    if key is not None:
        (folder / "dkim.pem").write_bytes(key)
        (folder / "dkim.pem").chmod(mode)
    return file


def test_a_key_beside_the_settings_signs_for_the_domain_of_from(tmp_path: Path) -> None:
    made = make_signer(load(house(tmp_path, pem()), {}))

    assert made is not None
    assert (made.domain, made.selector, made.bits) == ("example.com", "paldies", 2048)


@pytest.mark.parametrize(
    ("key", "mode", "remedy"),
    [
        (pem(), 0o604, "chmod 600"),
        (None, 0o600, "cannot be read"),
        (
            b"-----BEGIN PRIVATE KEY-----\nMIITELLTALE\n-----END PRIVATE KEY-----\n",
            0o600,
            "openssl genrsa 2048",
        ),
        (pem(ec.generate_private_key(ec.SECP256R1())), 0o600, "not an RSA key"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_with_the_remedy(
    tmp_path: Path, key: bytes | None, mode: int, remedy: str
) -> None:
    settings = load(house(tmp_path, key, mode=mode), {})

    with pytest.raises(SetUpError, match=remedy) as refused:
        make_signer(settings)

    assert "email.dkim_key" in str(refused.value)
    assert "TELLTALE" not in str(refused.value)


def test_a_selector_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    odd = 'dkim_selector = "x; d=evil.example"\ndkim_key = "dkim.pem"'

    with pytest.raises(SetUpError, match="_domainkey"):
        make_signer(load(house(tmp_path, pem(), settings=odd), {}))


@pytest.mark.parametrize("half", ['dkim_selector = "paldies"', 'dkim_key = "dkim.pem"'])
def test_half_of_the_settings_is_refused(tmp_path: Path, half: str) -> None:
    with pytest.raises(ConfigurationError, match="together only"):
        load(house(tmp_path, pem(), settings=half), {})


PUBLIC = signer().public_key


@pytest.mark.parametrize(
    ("records", "state", "words"),
    [
        (["v=spf1 -all", f"v=DKIM1; k=rsa; p={PUBLIC[:200]} {PUBLIC[200:]}"], "ok", "fits"),
        ([f"p={PUBLIC}"], "ok", "fits"),
        (["v=DKIM1; p=MIIBother"], "problem", "another public key"),
        (["v=DKIM1; p="], "problem", "no public key"),
        ([], "problem", "no public key"),
        (None, "warning", "skipped: the DNS did not answer"),
    ],
)
def test_check_says_whether_the_dns_has_the_same_key(
    tmp_path: Path, records: list[str] | None, state: str, words: str
) -> None:
    settings = load(house(tmp_path, pem()), {})
    asked = []

    told = look_at_key(settings, lookup=lambda name: asked.append(name) or records)

    assert told is not None
    assert (told[0], asked) == (state, ["paldies._domainkey.example.com"])
    assert words in told[1]
    assert state == "ok" or f"paldies._domainkey.example.com: v=DKIM1; k=rsa; p={PUBLIC}" in told[2]


def test_check_says_nothing_where_the_mail_server_signs(tmp_path: Path) -> None:
    assert look_at_key(load(house(tmp_path, settings='rate = "1/s"'), {})) is None
