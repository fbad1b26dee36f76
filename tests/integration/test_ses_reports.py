"""Amazon SES reports by SNS: believed with Amazon's signature only, and written down once."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from sqlalchemy import update

from paldies.channels.email.providers.ses import Ses
from paldies.channels.email.providers.sns import Sns
from paldies.outbox.marks import mark
from paldies.replies.provider_reports import ProviderReports
from paldies.store.database import Database
from paldies.store.schema import hooks, messages
from tests.integration.test_bounces import ALICE, LINKS, REMINDER, kinds, legs, never_again, send
from tests.rows import add_customer, plans, publish_campaign
from tests.visitor import Answer, Notebook, Visitor, front_desk, received

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
AMAZON = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{AMAZON}/SimpleNotificationService-0123456789abcdef.pem"
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip


class Amazon:
    """Signs as SNS does, and is asked for its certificate and for confirmations."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked: list[str] = []
        self.is_off = False

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.is_off:
            raise OSError("no route to Amazon")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        )
        made = made.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        made = made.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def says(self, message: dict[str, Any] | str, *, version: str = "2", **changes: str) -> dict[str, str]:
        """One message of SNS, signed; `changes` are made before that."""
        envelope = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-03-10T10:00:00.000Z",
            "SignatureVersion": version,
            "SigningCertURL": CERTIFICATE,
        } | changes
        signed = "".join(
            f"{name}\n{envelope[name]}\n" for name in SIGNED[envelope["Type"]] if name in envelope
        )
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), digest)
        return envelope | {"Signature": b64encode(signature).decode()}


def mail(message: int, **changes: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-03-10T09:59:00.000Z",
        "source": f"bounce+{mark(message, LINKS)}@berzs.example",
        "messageId": "010f0000-amazons-own",
        "destination": [ALICE],
    } | changes


def bounce(message: int, *, kind: str = "Permanent", subtype: str = "General", **said: str) -> dict[str, Any]:
    whom = {"emailAddress": ALICE, "action": "failed"} | said
    told = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [whom]}
    return {
        "notificationType": "Bounce",
        "bounce": told | {"timestamp": "2026-03-10T10:00:00.000Z"},
        "mail": mail(message),
    }


class Post:
    """What is posted to us, and what the house makes of it."""

    def __init__(self, amazon: Amazon, house: Database, visitor: Visitor) -> None:
        self.amazon = amazon
        self.house = house
        self.visitor = visitor

    async def bring(self, envelope: dict[str, str] | bytes) -> Answer:
        body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
        return await self.visitor.post("/hooks/ses", body, kind="text/plain; charset=UTF-8")


@pytest.fixture
async def post(migrated_sqlite: Any, tmp_path: Any) -> AsyncIterator[Post]:
    path = tmp_path / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    house, amazon, staff = Database(f"sqlite:///{path}"), Amazon(), Notebook()
    house.now(publish_campaign, REMINDER)
    house.now(add_customer)
    desk = front_desk(house, staff)
    reports = ProviderReports(
        [Ses(Sns(TOPIC, fetch=amazon.fetch))],
        database=house, links=LINKS, plans=plans(), clock=desk.clock, staff=staff,
    )  # fmt: skip
    async with received(replace(desk, reports=reports)) as visitor:
        yield Post(amazon, house, visitor)
    house.close()


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_permanent_bounce_ends_the_leg_and_the_address(post: Post, version: str) -> None:
    message = post.house.now(send)
    said = bounce(message, diagnosticCode="smtp; 550 5.1.1 user unknown", status="5.1.1")

    answers = [await post.bring(post.amazon.says(said, version=version)) for _ in range(3)]

    assert [one.status for one in answers] == [200, 200, 200]
    assert post.house.look(legs) == [("email", "failed", "bounced"), ("task", "scheduled", "")]
    assert post.house.look(never_again) == [(ALICE, "email", "", "bounce")]
    assert post.house.look(kinds) == ["bounced"]
    assert len(post.house.look(lambda session: session.execute(hooks.select()).all())) == 1
    assert post.amazon.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    ("kind", "subtype", "said", "is_dead"),
    [
        ("Permanent", "General", {}, True),
        ("Permanent", "NoEmail", {}, True),
        ("Permanent", "OnAccountSuppressionList", {"diagnosticCode": "not sent"}, False),
        ("Transient", "MailboxFull", {"status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 full"}, False),
        ("Transient", "General", {"status": "5.1.1"}, False),
        ("Undetermined", "Undetermined", {}, False),
        ("Permanent", "General", {"status": "5.7.1", "diagnosticCode": "smtp; 550 5.7.1 spam"}, False),
    ],
)  # fmt: skip
async def test_only_a_mailbox_that_is_not_there_is_given_up(
    post: Post, kind: str, subtype: str, said: dict[str, str], is_dead: bool
) -> None:
    message = post.house.now(send)

    await post.bring(post.amazon.says(bounce(message, kind=kind, subtype=subtype, **said)))

    assert [leg[:2] for leg in post.house.look(legs)] == [("email", "failed"), ("task", "scheduled")]
    assert bool(post.house.look(never_again)) is is_dead


async def test_complaints_deliveries_delays_and_refusals_are_understood(post: Post) -> None:
    message = post.house.now(send)
    whom = [{"emailAddress": ALICE}]
    for said in (
        {"notificationType": "Delivery", "delivery": {"recipients": [ALICE], "smtpResponse": "250 ok"}},
        {"eventType": "DeliveryDelay", "deliveryDelay": {"delayedRecipients": whom}},
        {"notificationType": "Complaint", "complaint": {"complainedRecipients": whom}},
        {"eventType": "Open", "open": {}},
        {"eventType": "Reject", "reject": {"reason": "Bad content"}},
    ):
        assert (await post.bring(post.amazon.says(said | {"mail": mail(message)}))).status == 200

    assert post.house.look(kinds) == ["delivered", "deferred", "complained", "failed"]
    assert post.house.look(never_again) == [(ALICE, "", "promotional", "complaint")]


async def test_our_own_message_id_tells_where_the_return_address_does_not(post: Post) -> None:
    message = post.house.now(send)
    header = {"name": "Message-ID", "value": f"<{mark(message, LINKS)}@berzs.example>"}
    said = bounce(message, status="5.1.1")
    said["mail"] |= {"source": "anna@berzs.example", "headers": [header]}

    await post.bring(post.amazon.says(said))

    assert post.house.look(kinds) == ["bounced"]


async def test_a_report_that_is_faster_than_our_own_books_is_to_come_again(post: Post) -> None:
    message = post.house.now(send)
    post.house.now(lambda session: session.execute(update(messages).values(status="sending")))

    answer = await post.bring(post.amazon.says(bounce(message)))

    assert answer.status == 503
    assert post.house.look(kinds) == []


async def test_what_amazon_has_not_signed_changes_nothing(post: Post) -> None:
    message = post.house.now(send)
    good = post.amazon.says(bounce(message, status="5.1.1"))
    evil = "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"
    forged = [
        good | {"Message": json.dumps(bounce(message, status="5.1.2"))},
        good | {"Signature": ""},
        good | {"Signature": "not base64 at all"},
        good | {"SignatureVersion": "3"},
        post.amazon.says(bounce(message), TopicArn=TOPIC + "2"),
        post.amazon.says(bounce(message), SigningCertURL=evil),
        post.amazon.says(bounce(message), SigningCertURL=CERTIFICATE.replace("https", "http")),
        post.amazon.says(
            bounce(message), SigningCertURL=f"{AMAZON}@evil.example/SimpleNotificationService-1.pem"
        ),
        post.amazon.says(bounce(message), SigningCertURL=f"{AMAZON}/somewhere/else.pem"),
        {name: value for name, value in good.items() if name != "SigningCertURL"},
    ]

    answers = [await post.bring(one) for one in forged]

    assert {one.status for one in answers} == {403}
    assert post.house.look(kinds) == []
    assert set(post.amazon.asked) <= {CERTIFICATE}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"Type": 1}', b"[" * 100_000, b"x" * 5_000_000]
)
async def test_garbage_is_refused(post: Post, body: bytes) -> None:
    assert (await post.bring(body)).status in (400, 413)


async def test_only_our_own_topic_is_subscribed_to(post: Post) -> None:
    confirm = f"{AMAZON}/?Action=ConfirmSubscription&Token=abc"
    asks = {"Type": "SubscriptionConfirmation", "Token": "abc", "SubscribeURL": confirm}
    elsewhere = asks | {"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription"}

    answers = [
        await post.bring(post.amazon.says("You have chosen to subscribe", **asks)),
        await post.bring(post.amazon.says("…", **elsewhere)),
        await post.bring(post.amazon.says("…", **asks, TopicArn=TOPIC + "2")),
    ]

    assert [one.status for one in answers] == [200, 403, 403]
    assert post.amazon.asked == [CERTIFICATE, confirm]


async def test_while_amazon_cannot_be_asked_it_is_to_come_again(post: Post) -> None:
    message = post.house.now(send)
    post.amazon.is_off = True

    at_first = await post.bring(post.amazon.says(bounce(message, status="5.1.1")))
    post.amazon.is_off = False
    again = await post.bring(post.amazon.says(bounce(message, status="5.1.1")))

    assert (at_first.status, again.status) == (503, 200)
    assert post.house.look(kinds) == ["bounced"]
