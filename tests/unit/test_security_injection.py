"""What a customer is called never becomes more than a name: no header, no verb, no tag, no command."""

from email import message_from_bytes, policy
from unicodedata import category
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paldies.campaigns.words import Purpose
from paldies.channels.base import Attachment, Letterhead
from paldies.channels.call.script import spoken
from paldies.channels.call.voices import Voice
from paldies.channels.email.headers import message_fields
from paldies.channels.email.mime import Skeleton
from paldies.templates.compiler import compile_note
from paldies.templates.faults import RenderFault
from paldies.templates.manuscript import Passage, read
from paldies.templates.sandbox import link
from tests.factories import customer, order
from tests.outgoings import outgoing

BREAKS = "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
FIELDS = ["To", "Subject", "Date", "Message-ID", "Feedback-ID", "List-Unsubscribe", "List-Unsubscribe-Post"]
NASTY = st.one_of(
    st.text(max_size=60), st.text(alphabet=BREAKS + ':,;<>@=?"\\ aBcā\x1b\u202e\ud800', max_size=60)
)
NOTE = compile_note(
    read("Hi {{ customer.first_name }}, {{ order.number }}.", "first/hello.sms.txt"),
    Passage("<!-- content -->", "_layout.sms.txt"),
)


@settings(max_examples=150, deadline=None)
@given(NASTY, NASTY, NASTY)
@example("Alise\r\nBcc: everyone@example.com", "x\x00y\r\n\r\n<script>", "c\r\nX-Evil: 1")
@example("Alise\u2028Bcc: everyone@example.com\x85Bcc: x", "=?utf-8?q?=0D=0ABcc:_x@y?=", "c:d\n")
def test_no_name_subject_or_campaign_makes_a_header(name: str, subject: str, campaign: str) -> None:
    message = outgoing(
        to="alice@example.com",
        campaign=campaign,
        purpose=Purpose.PROMOTIONAL,
        unsubscribe_url="https://care.example.com/u/" + name.encode("utf-8", "replace").decode(),
    )
    object.__setattr__(message.rendered, "to_name", name)
    object.__setattr__(message.rendered, "subject", subject)

    fields = message_fields(
        message, to="alice@example.com", date="Tue, 10 Mar 2026 08:00:00 +0000", sender_id="shop0"
    )

    read = message_from_bytes(fields.encode() + b"\r\n.", policy=policy.default)
    assert read.keys() == FIELDS
    assert [address.addr_spec for address in read["To"].addresses] == ["alice@example.com"]
    assert not set(BREAKS) & set(fields.replace("\r\n", ""))


@settings(max_examples=60, deadline=None)
@given(NASTY)
@example("Anna\r\nBcc: everyone@example.com")
def test_no_sender_or_attachment_makes_a_header(name: str) -> None:
    try:
        letterhead = Letterhead(
            f"{name} <anna@example.com>",
            reply_to=f"{name} <hello@example.com>",
            attachments=(Attachment(name, "text/plain", b"x"),),
        )
        content = Skeleton(letterhead, has_html=True).filled("", text="a", html="b")
    except ValueError:  # of a text that no message is made of
        return

    read = message_from_bytes(content, policy=policy.default)
    assert read.keys() == ["From", "Reply-To", "Auto-Submitted", "MIME-Version", "Content-Type"]


@settings(max_examples=100, deadline=None)
@given(NASTY)
@example('</Say><Dial>+1900</Dial><Say voice="x">')
@example("<speak><break time='3600s'/></speak> &amp; ]]> <!-- ")
def test_no_name_is_a_verb_of_a_call(name: str) -> None:
    script = spoken(
        f"Labdien, {name}.", Voice("Google.lv-LV-Standard-B", "lv-LV"), keys_to="https://care.example/k"
    )

    verbs = {verb.tag for verb in ElementTree.fromstring(script.encode("utf-8", "replace")).iter()}
    assert verbs <= {"Response", "Pause", "Gather", "Say", "Hangup"}
    assert "<speak" not in script and "<Dial" not in script


@settings(max_examples=100, deadline=None)
@given(NASTY, NASTY)
@example("{{ 7*7 }}", "{% for x in order.lines %}{{ x }}{% endfor %}{# #}")
def test_no_name_is_a_tag_or_a_command_of_a_text(name: str, number: str) -> None:
    values = {"customer": customer(first_name=name), "order": order(number=number), "locale": "en"}

    text = NOTE.fill(values, locale="en").text

    assert not [char for char in text[:-1] if category(char) in ("Cc", "Zl", "Zp") or char == "\u202e"]
    if name == "{{ 7*7 }}":
        assert "Hi {{ 7*7 }}, {% for x in order.lines %}" in text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https://shop.example/ javascript:x",
        "https://shop.example/\njavascript:x",
        "\x01javascript:x",
    ],
)
def test_no_value_is_a_link_that_runs(address: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        link(address)

    sheets = compile_note(read("{{ order.number|link }}", "first/hello.sms.txt"))
    with pytest.raises(RenderFault):
        sheets.fill({"order": order(number=address), "locale": "en"}, locale="en")
