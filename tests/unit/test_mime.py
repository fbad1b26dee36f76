"""What a mail reader makes of our messages: the same as of the standard library's own."""

import email.header
from email import message_from_bytes, message_from_string, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paldies.campaigns.words import Purpose
from paldies.channels.base import Attachment, Letterhead, Outgoing, Rendered
from paldies.channels.email import header_text
from paldies.channels.email.address import AddressError, mailbox, on_the_wire
from paldies.channels.email.envelope import Envelope
from paldies.channels.email.headers import message_fields, sender_id
from paldies.channels.email.mime import Skeleton

DATE = "Sun, 22 Nov 2026 10:00:00 -0000"
SHOP = Letterhead(sender="Anna <anna@example.com>")
INVOICE = Attachment("rēķins №1.pdf", "application/pdf", bytes(range(256)) * 9)

ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates, controls, everything
MODEST = settings(max_examples=80, deadline=None)


def outgoing(
    *,
    to: str = "alice@example.com",
    to_name: str = "Alice",
    subject: str = "Thank you",
    text: str = "Hello",
    html: str = "",
    letterhead: Letterhead = SHOP,
    purpose: Purpose = Purpose.SERVICE,
    unsubscribe_url: str = "",
) -> Outgoing:
    return Outgoing(
        rendered=Rendered("v1", letterhead, to, to_name, subject, text, html),
        message_id="0123456789abcdef@example.com",
        key="first_day/store:1/order.confirmed.1/1_right_choice/1",
        campaign="first_day",
        purpose=purpose,
        attempt_id="a1",
        unsubscribe_url=unsubscribe_url,
    )


def made(message: Outgoing) -> bytes:
    rendered = message.rendered
    skeleton = Skeleton(rendered.letterhead, has_html=bool(rendered.html))
    fields = message_fields(message, to=on_the_wire(rendered.to), date=DATE, sender_id="example.com")
    return skeleton.filled(fields, text=rendered.text, html=rendered.html)


def read(data: bytes) -> EmailMessage:
    message = message_from_string(data.decode(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def decoded(data: bytes, name: str) -> str:
    """A header by the letter of RFC 2047; the newer parser keeps spaces between encoded words in names."""
    legacy: Message = message_from_bytes(data)
    value = legacy[name].replace("\r\n", "")
    return str(email.header.make_header(email.header.decode_header(value)))


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content())


def well_formed(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@MODEST
@given(subject=ANY_TEXT, name=ANY_TEXT, text=ANY_TEXT, html=ANY_TEXT)
@example(subject="=?utf-8?q?no?=", name='"Bob" \\ <x@y>', text="\r\n.\r\n", html="<p>&amp;\x00</p>")
@example(subject="a" * 300, name="Ж" * 300, text="\x85\u2028\x0b", html="\ud83d")
def test_any_text_reads_like_the_standard_librarys_own(subject: str, name: str, text: str, html: str) -> None:
    html = html or "-"
    own = EmailMessage(policy=policy.SMTP)
    own["Subject"] = header_text.clean(subject)
    own.set_content(well_formed(text), cte="base64")
    own.add_alternative(well_formed(html), subtype="html", cte="base64")
    theirs = read(own.as_bytes())

    data = made(outgoing(subject=subject, to_name=name, text=text, html=html))

    ours = read(data)
    assert ours["Subject"] == header_text.clean(subject)
    assert ours["Subject"] == own["Subject"] or "=?" in subject  # which the library takes for encoded
    assert body(ours, "plain") == body(theirs, "plain")
    assert body(ours, "html") == body(theirs, "html")
    assert [part.get_content_type() for part in ours.walk()] == [
        part.get_content_type() for part in theirs.walk()
    ]
    address = ours["To"].addresses[0]
    assert (address.addr_spec, len(ours["To"].addresses)) == ("alice@example.com", 1)


@MODEST
@given(name=ANY_TEXT)
@example(name="李" * 100)
@example(name="👩‍👩‍👧" * 30)
@example(name="x" * 60 + " " + "y" * 60 + " Jr.")
def test_any_name_comes_through(name: str) -> None:
    name = header_text.clean(name)

    data = made(outgoing(to_name=name))

    address = read(data)["To"].addresses[0]
    if "=?" in decoded_source(data):
        assert decoded(data, "To") == (f"{name} <alice@example.com>" if name else "alice@example.com")
    else:
        assert address == Address(name, addr_spec="alice@example.com")


def decoded_source(data: bytes) -> str:
    return str(message_from_bytes(data)["To"])


@MODEST
@given(subject=ANY_TEXT, name=ANY_TEXT)
def test_no_line_is_longer_than_allowed(subject: str, name: str) -> None:
    data = made(outgoing(subject=subject, to_name=name, html="<p>" + subject + "</p>", text=name))

    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert data.count(b"\n") == data.count(b"\r") == len(lines) - 1
    assert data.isascii()
    assert Envelope("a@b.c", "d@e.f", data).data == data + b".\r\n"


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_encoded_word_ends_in_the_middle_of_a_character(text: str) -> None:
    value = header_text.unstructured(text)

    words = [word for word in value.split(" ") if word.startswith("=?utf-8?b?")]
    for word in words:
        [(data, charset)] = email.header.decode_header(word)
        assert isinstance(data, bytes)
        assert charset == "utf-8"
        data.decode()
        assert len(word) <= 75


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("Alice\r\nBcc: boris@example.com", "Alice Bcc: boris@example.com"),
        ("a\x00b\x1bc\x7fd\x85e\u2028f\u2029g", "a b c d e f g"),
        ("  two  spaces\tand a tab ", "two spaces and a tab"),
        ("half a \ud83d face", "half a face"),
        ("no\u00a0break and {{ 7*7 }} <script>", "no\u00a0break and {{ 7*7 }} <script>"),
        ("שלום 👋 عالم", "שלום 👋 عالم"),
        ("", ""),
    ],
)
def test_header_text_loses_only_what_would_break_a_header(written: str, cleaned: str) -> None:
    data = made(outgoing(subject=written, to_name=written))

    assert read(data)["Subject"] == cleaned
    assert header_text.clean(written) == cleaned
    assert "Bcc" not in read(data)


@pytest.mark.parametrize(
    "name", ["Alice", "O'Hara, Alice", 'Alice "Ali" Bērziņa', "A. B. <c@d.e>", "Алиса", "🙂"]
)
def test_a_customer_is_addressed_by_name(name: str) -> None:
    data = made(outgoing(to_name=name))

    assert read(data)["To"].addresses == (Address(name, addr_spec="alice@example.com"),)


def test_a_message_without_html_is_plain_text() -> None:
    message = read(made(outgoing(text="Paldies!\nĀ\n")))

    assert message.get_content_type() == "text/plain"
    assert message.get_content() == "Paldies!\r\nĀ\r\n"


def test_attachments_stand_beside_both_readings() -> None:
    odd = Attachment("a\r\nb.eml", "message/rfc822", b"From: x\r\n\r\n--y\r\n")
    letterhead = Letterhead(sender="shop@example.com", attachments=(INVOICE, odd))

    message = read(made(outgoing(text="T", html="<p>H</p>", letterhead=letterhead)))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "application/octet-stream",
    ]
    invoice, other = message.iter_attachments()
    assert (invoice.get_filename(), invoice.get_content()) == (INVOICE.name, INVOICE.content)
    assert (other.get_filename(), other.get_content()) == ("a b.eml", odd.content)


def test_a_plain_text_can_have_attachments_too() -> None:
    letterhead = Letterhead(sender="shop@example.com", attachments=(INVOICE,))

    message = read(made(outgoing(text="T", letterhead=letterhead)))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "text/plain",
        "application/pdf",
    ]


def test_the_sender_may_have_any_name_and_domain() -> None:
    letterhead = Letterhead(
        sender="Анна Лиепиня, Магазин чая и кофе «Солнечный берег» <anna@пример.рф>",
        reply_to='"Shop, Riga" <help@example.com>',
    )

    data = made(outgoing(letterhead=letterhead))

    assert read(data)["From"].addresses[0].addr_spec == "anna@xn--e1afmkfd.xn--p1ai"
    assert decoded(data, "From").startswith("Анна Лиепиня, Магазин чая и кофе «Солнечный берег» <")
    assert read(data)["Reply-To"].addresses == (Address("Shop, Riga", addr_spec="help@example.com"),)


def test_a_service_message_says_that_a_machine_wrote_it_and_offers_no_way_out() -> None:
    message = read(made(outgoing(unsubscribe_url="https://shop.example/u/1")))

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<0123456789abcdef@example.com>"
    assert message["Feedback-ID"] == "first_day:service:example.com"
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


def test_a_promotional_message_can_be_unsubscribed_from_with_one_click() -> None:
    url = "https://shop.example/" + "u" * 80 + "/кофе?a=b&c=%20"
    data = made(outgoing(purpose=Purpose.PROMOTIONAL, unsubscribe_url=url))

    expected = "https://shop.example/" + "u" * 80 + "/%D0%BA%D0%BE%D1%84%D0%B5?a=b&c=%20"
    assert f"\r\nList-Unsubscribe: <{expected}>\r\n".encode() in data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data


def test_an_unsubscribe_link_that_no_header_can_hold_is_refused() -> None:
    message = outgoing(purpose=Purpose.PROMOTIONAL, unsubscribe_url="https://shop.example/" + "u" * 900)

    with pytest.raises(ValueError, match="shorter public_url"):
        made(message)


@pytest.mark.parametrize("domain", ["a.lv", "example.com", "a-very-long-name.example.com", "x", "пример.рф"])
def test_a_sender_id_has_five_to_fifteen_characters(domain: str) -> None:
    made_id = sender_id(domain)

    assert 5 <= len(made_id) <= 15
    assert made_id.isascii()


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("alice@example.com", "alice@example.com"),
        ("alice+tag@sub.example.com", "alice+tag@sub.example.com"),
        ("me@localhost", "me@localhost"),
        ("user@пример.рф", "user@xn--e1afmkfd.xn--p1ai"),
        ('"a b"@пример.рф', '"a b"@xn--e1afmkfd.xn--p1ai'),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("юзер@example.com", "юзер@example.com"),
        ("юзер@пример.рф", "юзер@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_address_is_written_so_that_servers_understand_it(address: str, wire: str) -> None:
    assert on_the_wire(address) == wire

    message = read(made(outgoing(to=address, to_name="Борис")))
    assert message["To"].addresses[0].addr_spec == wire


@pytest.mark.parametrize(
    "address",
    ["", "alice", "alice@", "@example.com", "a b@example.com", "a@b@c.d", "a..b@example.com", "a@-b.c",
     "alice@example.com\r\nRCPT TO:<boris@example.com>", "a@b.c>", "x" * 65 + "@example.com\x00"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        on_the_wire(address)


def test_a_wrong_sender_is_named_with_the_remedy() -> None:
    with pytest.raises(AddressError, match=r"write it like Anna <anna@example\.com>"):
        mailbox("Anna at example.com")


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b"no dot\r\n", b"no dot\r\n.\r\n"),
        (b"a.b\r\nc.\r\n", b"a.b\r\nc.\r\n.\r\n"),
        (b".a\r\nb.\r\n", b"..a\r\nb.\r\n.\r\n"),
        (b"a.b\r\n.\r\n..\r\n", b"a.b\r\n..\r\n...\r\n.\r\n"),
    ],
)
def test_lines_that_begin_with_a_dot_are_stuffed(content: bytes, data: bytes) -> None:
    assert Envelope("a@b.c", "d@e.f", content).data == data


def test_only_an_address_outside_ascii_needs_smtputf8() -> None:
    plain = Envelope("a@b.c", "d@e.f", made(outgoing(to_name="Борис", subject="Спасибо")))
    utf8 = Envelope("a@b.c", "юзер@e.f", made(outgoing(to="юзер@example.com")))

    assert not plain.needs_smtputf8
    assert utf8.needs_smtputf8
