"""From a rendered message to a mail server's receipt, over real connections."""

import asyncio
import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.words import AddressKind, Purpose
from paldies.channels.base import DeliveryError, Doubt, Letterhead, Outgoing, Receipt, Rendered
from paldies.channels.email.channel import EmailChannel
from paldies.channels.email.connection import Connector
from paldies.channels.email.envelope import Envelope
from paldies.channels.email.outcomes import Accepted
from paldies.channels.email.patience import Patience
from paldies.channels.email.pool import Pool
from paldies.channels.email.server import Server
from tests.smtp_servers import CLOSE, HANG, KeepingServer, ScriptedServer, self_signed, server_tls
from tests.until import until

SENDER = "Anna <anna@example.com>"
PATIENT = Patience(connect=10, command=10, body=10, dot=10, quit=10)
IMPATIENT = Patience(connect=0.1)


def outgoing(to: str = "alice@example.com", **changes: Any) -> Outgoing:
    rendered = Rendered(
        text_version="v1",
        letterhead=Letterhead(SENDER),
        to=to,
        to_name="Alice",
        subject="Paldies",
        text="Paldies, Alice.\n",
        html="<p>Paldies, Alice.</p>",
    )
    message = Outgoing(
        rendered=rendered,
        message_id="m1@example.com",
        key="first_day/store:1/order.confirmed.1/1_right_choice/1",
        campaign="first_day",
        purpose=Purpose.SERVICE,
        attempt_id="a1",
    )
    return replace(message, **changes)


def channel(url: str, **options: Any) -> EmailChannel:
    return EmailChannel(url, SENDER, **{"patience": PATIENT, **options})


async def outcome(channel: EmailChannel, message: Outgoing | None = None) -> Receipt | DeliveryError | Doubt:
    try:
        return await channel.send(message or outgoing())
    except (DeliveryError, Doubt) as error:
        return error


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return self_signed(tmp_path_factory.mktemp("tls"))
    except FileNotFoundError:
        pytest.skip("openssl is not installed, so no certificate can be made")


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    return server_tls(certificate)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


# a message arrives


async def test_a_message_arrives_and_the_server_says_what_it_calls_it() -> None:
    async with KeepingServer() as server:
        email = channel(server.url)

        receipt = await email.send(outgoing())
        await email.close()

    [mail] = server.mails
    assert receipt == Receipt("2.0.0 kept as 1")
    assert (mail.sender, mail.recipient) == ("anna@example.com", "alice@example.com")
    assert mail.parsed["From"] == SENDER
    assert mail.parsed["To"] == "Alice <alice@example.com>"
    assert mail.parsed["Message-ID"] == "<m1@example.com>"
    assert mail.parsed["Date"].datetime.tzinfo
    text = mail.parsed.get_body(("plain",))
    assert text
    assert text.get_content() == "Paldies, Alice.\r\n"


async def test_addresses_of_every_script_arrive() -> None:
    addresses = ['"a b"@пример.рф', "user@пример.рф", "юзер@example.com"]
    async with KeepingServer() as server:
        email = channel(server.url)

        for address in addresses:
            await email.send(outgoing(address))
        await email.close()

    assert [mail.recipient for mail in server.mails] == [
        '"a b"@xn--e1afmkfd.xn--p1ai',
        "user@xn--e1afmkfd.xn--p1ai",
        "юзер@example.com",
    ]


async def test_an_address_that_the_server_cannot_write_has_one_clear_reason() -> None:
    async with ScriptedServer() as server:
        email = channel(server.url)

        error = await outcome(email, outgoing("юзер@example.com"))
        await email.close()

    assert isinstance(error, DeliveryError)
    assert (error.permanent, error.fault, error.code) == (True, "recipient", "smtputf8")


async def test_an_address_that_is_none_never_reaches_the_server() -> None:
    async with ScriptedServer() as server:
        email = channel(server.url)

        error = await outcome(email, outgoing("alice@example.com>\r\nRSET"))

    assert isinstance(error, DeliveryError)
    assert (error.permanent, error.fault, error.address_is_dead) == (True, "recipient", False)
    assert server.connections == 0


async def test_a_text_without_a_sender_is_signed_by_the_shop() -> None:
    message = outgoing()
    async with KeepingServer() as server:
        email = channel(server.url)

        await email.send(replace(message, rendered=replace(message.rendered, letterhead=Letterhead(""))))
        await email.close()

    assert server.mails[0].parsed["From"] == SENDER


# connections are kept


async def test_connections_are_kept_and_never_more_than_allowed() -> None:
    async with KeepingServer() as server:
        email = channel(server.url, connections=3)

        await asyncio.gather(*(email.send(outgoing(f"c{number}@example.com")) for number in range(30)))
        await email.close()

    assert len({mail.recipient for mail in server.mails}) == 30
    assert (server.connections, email.concurrency) == (3, 6)


async def test_no_more_texts_are_out_than_a_crash_may_double() -> None:
    loop = asyncio.get_running_loop()
    written = [loop.create_future() for _ in range(4)]
    async with ScriptedServer() as server:
        email = channel(server.url, connections=2)

        sends = [
            asyncio.ensure_future(email.send(replace(outgoing(f"c{number}@example.com"), written=one)))
            for number, one in enumerate(written)
        ]
        await until(lambda: server.commands.count("DATA") == 4)
        for _ in range(100):
            await asyncio.sleep(0)
        before = len(server.texts)
        written[0].set_result(None)
        await until(lambda: len(server.texts) > before)
        after = len(server.texts)
        for one in written[1:]:
            one.set_result(None)
        await asyncio.gather(*sends)
        await email.close()

    assert (before, after, len(server.texts)) == (2, 3, 4)


async def test_a_connection_that_died_while_idle_costs_nothing() -> None:
    async with ScriptedServer({"MAIL": ["250 ok", CLOSE, "250 ok"]}) as server:
        email = channel(server.url)

        first, second = await outcome(email), await outcome(email)
        await email.close()

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (server.connections, len(server.texts)) == (2, 2)


async def test_a_connection_that_the_server_is_tired_of_is_replaced() -> None:
    async with ScriptedServer({"MAIL": ["250 ok", "421 4.7.0 too many messages", "250 ok"]}) as server:
        email = channel(server.url)

        first, second = await outcome(email), await outcome(email)
        await email.close()

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert server.connections == 2


async def test_only_one_new_connection_is_tried() -> None:
    async with ScriptedServer({"MAIL": ["250 ok", CLOSE, CLOSE, "250 ok"]}) as server:
        email = channel(server.url)

        first, second = await outcome(email), await outcome(email)
        await email.close()

    assert isinstance(first, Receipt)
    assert isinstance(second, DeliveryError)
    assert (second.fault, second.permanent) == ("provider", False)
    assert server.connections == 2


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
async def test_a_message_that_was_begun_is_not_tried_again_by_itself(verb: str) -> None:
    good = {"RCPT": "250 ok", "DATA": "354 go on", "DOT": "250 ok"}[verb]
    async with ScriptedServer({verb: [good, CLOSE, good]}) as server:
        email = channel(server.url)

        first, second = await outcome(email), await outcome(email)
        await email.close()

    assert isinstance(first, Receipt)
    assert isinstance(second, Doubt if verb == "DOT" else DeliveryError)
    assert server.connections == 1


async def test_connections_without_work_are_closed_after_a_while() -> None:
    envelope = Envelope("anna@example.com", "alice@example.com", b"Subject: x\r\n\r\n")
    async with ScriptedServer() as server:
        connector = Connector(Server.from_url(server.url), hello="test", patience=PATIENT)
        pool = Pool(connector, size=2, idle=0.05)

        both = await asyncio.gather(pool.send(envelope), pool.send(envelope))
        await until(lambda: server.commands.count("QUIT") == 2)
        later = await pool.send(envelope)
        await pool.close()

    assert all(isinstance(each, Accepted) for each in (*both, later))
    assert server.connections == 3


async def test_a_message_that_is_cancelled_takes_its_connection_with_it() -> None:
    async with ScriptedServer({"DOT": [HANG, "250 ok"]}) as server:
        email = channel(server.url)
        sending = asyncio.create_task(email.send(outgoing()))
        await until(lambda: bool(server.texts))

        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        next_one = await outcome(email)
        await email.close()

    assert isinstance(next_one, Receipt)
    assert server.connections == 2


async def test_closing_says_good_bye() -> None:
    async with ScriptedServer() as server:
        email = channel(server.url)

        await email.send(outgoing())
        await email.close()

    assert server.commands[-1] == "QUIT"


async def test_a_message_past_its_deadline_is_not_begun() -> None:
    async with ScriptedServer() as server:
        email = channel(server.url)

        error = await outcome(email, outgoing(deadline=0.0))
        await email.close()

    assert isinstance(error, DeliveryError)
    assert (error.permanent, error.code) == (False, "deadline")
    assert "MAIL" not in " ".join(server.commands)


# secured and logged in


@pytest.mark.usefixtures("trusted")
async def test_starttls_and_login(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls, login=("shop@example.com", "p@ss:w/rd")) as server:
        email = channel(f"smtp://shop%40example.com:p%40ss%3Aw%2Frd@127.0.0.1:{server.port}", tls="required")

        await email.probe()
        await email.send(outgoing())
        await email.close()

    [mail] = server.mails
    assert (mail.is_secured, mail.user) == (True, "shop@example.com")


@pytest.mark.usefixtures("trusted")
async def test_tls_from_the_start(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls, is_tls_from_start=True) as server:
        email = channel(server.url)

        await email.send(outgoing())
        await email.close()

    assert server.mails[0].is_secured


async def test_a_mail_server_on_this_machine_may_sign_its_own_certificate(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls) as server:
        email = channel(server.url)

        await email.send(outgoing())
        await email.close()

    assert server.mails[0].is_secured


async def test_no_tls_if_none_is_written_out(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls) as server:
        email = channel(server.url, tls="none")

        await email.send(outgoing())
        await email.close()

    assert not server.mails[0].is_secured


@pytest.mark.usefixtures("trusted")
async def test_over_tls_a_long_message_arrives_and_a_lost_answer_is_a_doubt(tls: ssl.SSLContext) -> None:
    message = outgoing()
    long = replace(message, rendered=replace(message.rendered, html="<p>Paldies</p>\n" * 500_000))
    async with ScriptedServer({"DOT": ["250 ok", CLOSE]}, tls=tls) as server:
        email = channel(server.url)

        first, second = await outcome(email, long), await outcome(email)
        await email.close()

    assert isinstance(first, Receipt)
    assert isinstance(second, Doubt)
    assert len(server.texts[0]) > 9_000_000


# what somebody has to mend


async def trouble(email: EmailChannel) -> DeliveryError:
    """What the probe says; sending says the same."""
    with pytest.raises(DeliveryError) as probed:
        await email.probe()
    sent = await outcome(email)
    await email.close()
    assert isinstance(sent, DeliveryError)
    assert (str(sent), sent.fault, sent.permanent) == (str(probed.value), probed.value.fault, False)
    return sent


async def many_over_tls(tls: ssl.SSLContext) -> None:
    rendered = outgoing().rendered
    sizes = [1, 2000, 1, 1, 3000] * 6
    async with KeepingServer(tls=tls) as server:
        email = channel(server.url, connections=2)

        await asyncio.gather(
            *(email.send(outgoing(rendered=replace(rendered, text="Paldies\n" * size))) for size in sizes)
        )
        await email.close()

    texts = [mail.parsed.get_body(("plain",)) for mail in server.mails]
    assert sorted(text.get_content().count("Paldies") for text in texts if text) == sorted(sizes)
    assert server.connections == 2


async def test_over_tls_short_and_long_messages_follow_one_another(tls: ssl.SSLContext) -> None:
    await many_over_tls(tls)


def test_so_they_do_on_uvloop(tls: ssl.SSLContext) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(many_over_tls(tls))


async def test_an_untrusted_certificate_names_the_remedy(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls) as server:
        error = await trouble(channel(server.url, tls="required"))

    assert (error.fault, error.code) == ("us", "certificate")
    assert "SSL_CERT_FILE" in str(error)


async def test_an_untrusted_certificate_from_the_start_names_the_remedy(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls, is_tls_from_start=True) as server:
        error = await trouble(channel(server.url))

    assert (error.fault, error.code) == ("us", "certificate")


async def test_a_wrong_password_names_the_remedy(tls: ssl.SSLContext) -> None:
    async with KeepingServer(tls=tls, login=("shop", "right")) as server:
        error = await trouble(channel(f"smtp://shop:wrong@127.0.0.1:{server.port}"))

    assert (error.fault, error.code) == ("us", "5.7.8")
    assert "check user and password in email.url" in str(error).lower()
    assert "wrong" not in str(error)


async def test_a_server_without_starttls_names_the_remedy() -> None:
    async with ScriptedServer() as server:
        error = await trouble(channel(server.url, tls="required"))

    assert (error.fault, error.code) == ("us", "starttls")
    assert 'tls = "none"' in str(error)
    assert not [command for command in server.commands if command.startswith("MAIL")]


async def test_a_server_without_login_names_the_remedy() -> None:
    async with ScriptedServer() as server:
        error = await trouble(channel(f"smtp://shop:secret@127.0.0.1:{server.port}"))

    assert (error.fault, error.code) == ("us", "auth")
    assert "remove user and password" in str(error)


async def test_tls_where_there_is_none_names_the_remedy() -> None:
    async with ScriptedServer() as server:
        error = await trouble(channel(server.url.replace("smtp:", "smtps:")))

    assert (error.fault, error.code) == ("us", "tls")
    assert "smtp:// (STARTTLS)" in str(error)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ({"GREETING": "554 no service here"}, "us"),
        ({"GREETING": "421 4.3.2 too busy"}, "provider"),
        ({"GREETING": CLOSE}, "provider"),
        ({"GREETING": HANG}, "provider"),
        ({"GREETING": "good morning"}, "provider"),
        ({"EHLO": CLOSE}, "provider"),
        ({"EHLO": HANG}, "provider"),
        ({"EHLO": "421 bye"}, "provider"),
        ({"EHLO": "550 no", "HELO": "550 no"}, "us"),
    ],
)
async def test_a_server_that_does_not_let_us_in_costs_no_attempt(script: dict[str, str], fault: str) -> None:
    async with ScriptedServer(script) as server:
        patience = IMPATIENT if HANG in script.values() else PATIENT
        error = await trouble(channel(server.url, patience=patience))

    assert error.fault == fault


async def test_a_server_that_is_not_there_is_the_providers_trouble() -> None:
    async with ScriptedServer() as server:
        url = server.url

    error = await trouble(channel(url))

    assert (error.fault, error.code) == ("provider", "connection")
    assert "check host and port in email.url" in str(error)


async def test_a_server_without_extensions_is_greeted_in_the_old_way() -> None:
    async with ScriptedServer({"EHLO": "500 what"}) as server:
        email = channel(server.url)

        receipt = await outcome(email)
        await email.close()

    assert isinstance(receipt, Receipt)
    assert "HELO example.com" in server.commands


# doubt is raised when the dot may have reached the server without an answer, and never otherwise

NO = ["421 4.3.2 bye", "450 4.7.1 later", "550 5.1.1 no", "rubbish", "199 odd", CLOSE]
COMMANDS = st.fixed_dictionaries(
    {},
    optional={
        "MAIL": st.sampled_from(["250 ok", "354 odd", *NO]),
        "RCPT": st.sampled_from(["250 ok", "251-will\n251 forward", *NO]),
        "DATA": st.sampled_from(["354 go on", "250 odd", *NO]),
        "DOT": st.sampled_from(["250 ok", "250-ok\n250 kept", "354 odd", *NO]),
    },
)


@given(script=COMMANDS, pipelining=st.booleans(), chop=st.sampled_from([0, 1, 5]), resets=st.booleans())
@settings(max_examples=100, deadline=None)
def test_doubt_means_doubt(script: dict[str, str], pipelining: bool, chop: int, resets: bool) -> None:
    async def send() -> tuple[object, list[bytes]]:
        extensions = ["PIPELINING"] if pipelining else []
        async with ScriptedServer(script, extensions=extensions, chop=chop, resets=resets) as server:
            email = channel(server.url)
            ending = await outcome(email)
            await email.close()
        return ending, [text for text in server.texts if text]

    ending, taken = asyncio.run(send())

    answer = script.get("DOT", "250 ok") if taken else ""
    if not answer or re.match(r"[45]\d\d ", answer):
        assert isinstance(ending, DeliveryError)
    elif answer.startswith("250"):
        assert isinstance(ending, Receipt)
    else:
        assert isinstance(ending, Doubt)


ANSWERS = {
    "MAIL": ["250 ok", "550 5.7.1 no", CLOSE],
    "RCPT": ["250 ok", "450 4.2.0 later", CLOSE],
    "DATA": ["354 go on", "451 4.3.0 no", CLOSE],
    "DOT": ["250 kept", "552 5.2.2 full", "421 4.3.2 bye", CLOSE],
}


@given(
    script=st.fixed_dictionaries(
        {
            verb: st.lists(st.sampled_from(answers), min_size=8, max_size=8)
            for verb, answers in ANSWERS.items()
        }
    ),
    pipelining=st.booleans(),
    connections=st.integers(1, 3),
)
@settings(max_examples=40, deadline=None)
def test_of_many_messages_each_one_knows_whether_it_was_taken(
    script: dict[str, list[str]], pipelining: bool, connections: int
) -> None:
    async def send() -> tuple[list[object], list[bytes]]:
        async with ScriptedServer(script, extensions=["PIPELINING"] if pipelining else []) as server:
            email = channel(server.url, connections=connections)
            messages = [outgoing(message_id=f"m{number}@example.com") for number in range(8)]
            endings = await asyncio.gather(*(outcome(email, message) for message in messages))
            await email.close()
        return list(endings), server.texts

    endings, texts = asyncio.run(send())

    for number, ending in enumerate(endings):
        taken = sum(b"Message-ID: <m%d@" % number in text for text in texts)
        was_heard = isinstance(ending, DeliveryError) and ("end of text" in str(ending))
        assert taken == 1 if isinstance(ending, Receipt) else taken <= isinstance(ending, Doubt) + was_heard


# settings


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://shop:secret@:25",
        "smtp://shop:secret@mail.example.com:port",
        "smtp://shop:secret@mail.example.com/path",
        "smtp://shop:se/cret@mail.example.com:587",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^email\.url .*smtp://user:password@host:587") as error:
        EmailChannel(url, SENDER)

    assert "secret" not in str(error.value)
    assert "cret" not in str(error.value)


def test_a_url_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="write smtp:// or remove"):
        EmailChannel("smtps://mail.example.com", SENDER, tls="none")


def test_tls_is_required_unless_the_server_is_this_machine() -> None:
    urls = ["smtp://mail.example.com", "smtp://127.0.0.1:25", "smtp://[::1]:25", "smtp://localhost"]

    secured = [Server.from_url(url).must_be_secured for url in urls]

    assert secured == [True, False, False, False]
    assert Server.from_url("smtp://mail.example.com").port == 587
    assert Server.from_url("smtps://mail.example.com").port == 465
    assert "secret" not in repr(Server.from_url("smtp://shop:secret@mail.example.com"))


def test_what_the_policy_knows_about_email() -> None:
    traits = channel("smtp://127.0.0.1").traits

    assert (traits.name, traits.address) == ("email", AddressKind.EMAIL)
    assert traits.needs_consent == {Purpose.PROMOTIONAL}
    assert traits.soft_opt_in
    assert traits.needs_way_out
    assert (traits.windows[Purpose.PROMOTIONAL].opens, traits.windows[Purpose.PROMOTIONAL].closes) == (
        480,
        1260,
    )
