"""Every way in which an SMTP conversation can go wrong, over real sockets."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import aiosmtplib
import pytest
import uvloop

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.exits import Exits
from paldies.channels.email.extensions import Extensions
from paldies.channels.email.outcomes import (
    Accepted,
    NotSent,
    Outcome,
    Refused,
    Unanswered,
    Unfit,
)
from paldies.channels.email.patience import Patience
from paldies.channels.email.transaction import Transaction
from paldies.channels.email.wire import Wire
from tests.smtp_servers import CLOSE, HANG, Answer, ScriptedServer
from tests.until import until

CONTENT = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"
STUFFED = b"Subject: x\r\n\r\n..dot\r\n...two\r\nend\r\n"
LETTER = Envelope("shop@example.com", "alice@example.com", CONTENT)
LONG = replace(LETTER, content=(b"y" * 70 + b"\r\n") * 300)
TO_BORIS = b"MAIL FROM:<shop@example.com>\r\nRCPT TO:<boris@example.com>\r\nDATA\r\n"

NO_SUCH = "550 5.1.1 no such user"
OK = "250 ok"
GO_ON = "354 go on"

PATIENT = Patience(command=10, body=10, dot=10, quit=10)
IMPATIENT = Patience(command=0.1, body=0.1, dot=0.1, quit=0.1)

GONE = "not sent at idle"  # the next message finds the line closed


@dataclass(frozen=True)
class Case:
    """What the server does, how the message ends, and how the next one on the same connection does."""

    script: Mapping[str, Answer | Sequence[Answer]]
    first: str
    second: str = "accepted"
    lockstep_second: str = ""  # where one command at a time ends otherwise


CASES = {
    "all is well": Case({"DOT": "250-2.0.0 a\n250-2.0.0 b\n250 2.0.0 queued"}, "accepted"),
    "unknown recipient, DATA goes on, nobody to send to": Case(
        {"RCPT": [NO_SUCH, OK], "DOT": ["554 5.5.1 no valid recipients", OK]}, "refused at RCPT TO"
    ),
    "unknown recipient, DATA goes on, the lone dot is welcome": Case(
        {"RCPT": [NO_SUCH, OK]}, "refused at RCPT TO"
    ),
    "unknown recipient, DATA refused too": Case(
        {"RCPT": [NO_SUCH, OK], "DATA": ["554 5.5.1 no valid recipients", GO_ON]}, "refused at RCPT TO"
    ),
    "greylisted": Case(
        {"RCPT": ["450 4.2.1 later", OK], "DATA": ["503 need RCPT", GO_ON]}, "refused for now at RCPT TO"
    ),
    "sender refused": Case(
        {"MAIL": ["550 5.7.1 no", OK], "RCPT": ["503 no", OK], "DATA": ["503 no", GO_ON]},
        "refused at MAIL FROM",
    ),
    "sender refused, yet DATA goes on": Case(
        {"MAIL": ["550 5.7.1 no", OK]}, "refused at MAIL FROM", GONE, lockstep_second="accepted"
    ),
    "DATA refused for now": Case({"DATA": ["451 4.3.0 no", GO_ON]}, "refused for now at DATA"),
    "421 to MAIL": Case({"MAIL": "421 4.3.2 shutting down"}, "not sent at MAIL FROM", GONE),
    "421 to RCPT": Case({"RCPT": "421 4.3.2 too many"}, "not sent at RCPT TO", GONE),
    "421 to DATA": Case({"DATA": "421 4.3.2 no"}, "not sent at DATA", GONE),
    "421 to the dot": Case({"DOT": "421 4.3.2 no"}, "refused for now at end of text", GONE),
    "552 to the dot": Case({"DOT": ["552 5.2.2 full", OK]}, "refused at end of text"),
    "452 to the dot": Case({"DOT": ["452 4.2.2 full", OK]}, "refused for now at end of text"),
    "RSET refused": Case(
        {"RCPT": [NO_SUCH, OK], "DATA": ["503 no", GO_ON], "RSET": "550 no"},
        "refused at RCPT TO",
        "not sent at RSET",
    ),
    "closed at MAIL": Case({"MAIL": CLOSE}, "not sent at MAIL FROM", GONE),
    "closed at RCPT": Case({"RCPT": CLOSE}, "not sent at RCPT TO", GONE),
    "closed at DATA": Case({"DATA": CLOSE}, "not sent at DATA", GONE),
    "unknown recipient, closed at DATA": Case(
        {"RCPT": NO_SUCH, "DATA": CLOSE}, "refused at RCPT TO", GONE, lockstep_second="refused at RCPT TO"
    ),
    "unknown recipient, closed at the lone dot": Case(
        {"RCPT": NO_SUCH, "DOT": CLOSE}, "refused at RCPT TO", GONE, lockstep_second="refused at RCPT TO"
    ),
    "closed at the dot": Case({"DOT": CLOSE}, "nobody knows", GONE),
    "silent after the dot": Case({"DOT": HANG}, "nobody knows", GONE),
    "silent at DATA": Case({"DATA": HANG}, "not sent at DATA", GONE),
    "rubbish after the dot": Case({"DOT": "hello?"}, "nobody knows", GONE),
    "rubbish at RCPT": Case({"RCPT": "2x0 hm"}, "not sent at RCPT TO", GONE),
    "two minds in one reply after the dot": Case({"DOT": "250-yes\n550 no"}, "nobody knows", GONE),
    "354 to the dot": Case({"DOT": "354 what"}, "nobody knows", GONE),
    "250 to DATA": Case({"DATA": OK}, "not sent at DATA", GONE),
    "354 to MAIL": Case({"MAIL": GO_ON}, "not sent at MAIL FROM", GONE),
}


async def opened(server: ScriptedServer, patience: Patience = PATIENT) -> Wire:
    smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port, start_tls=False, local_hostname="test")
    await smtp.connect()
    await smtp.ehlo()
    transport = cast(asyncio.Transport, smtp.transport)
    return Wire(transport, Extensions.offered(smtp.esmtp_extensions), patience=patience)


async def send(wire: Wire, letter: Envelope, *, deadline: float = float("inf")) -> Outcome:
    [outcome] = await send_all(wire, letter, deadline=deadline)
    return outcome


async def send_all(wire: Wire, *letters: Envelope, deadline: float = float("inf")) -> list[Outcome]:
    """How each of them ended, one sent behind the other without a pause."""
    loop = asyncio.get_running_loop()
    exits = Exits(1)
    transactions = [Transaction(letter, deadline, loop.create_future(), exits) for letter in letters]
    waiting = deque(transactions)
    while waiting:
        untouched = await wire.send(waiting.popleft(), lambda: waiting.popleft() if waiting else None)
        if untouched:
            untouched.transaction.end(untouched.outcome)
    return [transaction.outcome.result() for transaction in transactions]


def described(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Refused(stage):
            return f"refused at {stage}" if outcome.is_for_good else f"refused for now at {stage}"
        case NotSent(stage):
            return f"not sent at {stage}"
        case Unfit(problem):
            return f"unfit: {problem}"
        case Unanswered():
            return "nobody knows"


async def converse(case: Case, *, pipelining: bool, chop: int, resets: bool) -> None:
    extensions = ("PIPELINING", "8BITMIME") if pipelining else ("8BITMIME",)
    async with ScriptedServer(case.script, extensions=extensions, chop=chop, resets=resets) as server:
        wire = await opened(server, IMPATIENT if HANG in case.script.values() else PATIENT)

        first = await send(wire, LETTER)
        second_expected = case.second if pipelining else case.lockstep_second or case.second
        if second_expected == GONE:
            await until(lambda: not wire.is_usable)
        second = await send(wire, LETTER)
        await wire.quit()

    assert (described(first), described(second)) == (case.first, second_expected)
    assert {text for text in server.texts if text} <= {STUFFED}


@pytest.mark.parametrize("resets", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("chop", [0, 1, 7])
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize("name", CASES)
async def test_every_ending_is_told_apart(name: str, pipelining: bool, chop: int, resets: bool) -> None:
    await converse(CASES[name], pipelining=pipelining, chop=chop, resets=resets)


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize("name", CASES)
def test_every_ending_is_told_apart_on_uvloop(name: str, pipelining: bool) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(converse(CASES[name], pipelining=pipelining, chop=0, resets=False))


def third_of(answers: Answer | Sequence[Answer], verb: str) -> list[Answer]:
    """The same fault, met by the second message of three."""
    later = [answers] if isinstance(answers, str) else list(answers)
    return [ScriptedServer.usual(verb), *later]


@pytest.mark.parametrize("chop", [0, 7])
@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize("name", CASES)
async def test_so_is_every_ending_of_a_message_behind_another(name: str, pipelining: bool, chop: int) -> None:
    case = CASES[name]
    script = {verb: third_of(answers, verb) for verb, answers in case.script.items()}
    letters = [replace(LETTER, content=b"Subject: %d\r\n\r\n" % number) for number in range(3)]
    extensions = ("PIPELINING",) if pipelining else ()
    async with ScriptedServer(script, extensions=extensions, chop=chop) as server:
        wire = await opened(server, IMPATIENT if HANG in case.script.values() else PATIENT)

        endings = [described(outcome) for outcome in await send_all(wire, *letters)]
        await wire.quit()

    third = (case.second if pipelining else case.lockstep_second) or case.second
    assert endings[:2] == ["accepted", case.first]
    assert endings[2].startswith("not sent") if third == GONE else endings[2] == third
    for letter, ending in zip(letters, endings, strict=True):
        may_be_there = ending in ("accepted", "nobody knows") or ending.endswith("end of text")
        assert server.texts.count(letter.content) <= may_be_there


class Tape(asyncio.Transport):
    """Keeps what was written, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Nobody listens."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever held back."""

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        """Nothing to hang up."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))


async def taped(extensions: Extensions, *, replies: Sequence[bytes]) -> tuple[str, list[bytes]]:
    """How the message ended, and what was written for it."""
    tape = Tape()
    wire = Wire(tape, extensions, patience=PATIENT)
    sending = asyncio.create_task(send(wire, LETTER))
    for reply in replies:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        wire.data_received(reply)
    return described(await sending), tape.writes


async def test_a_server_that_pipelines_gets_the_envelope_at_once_and_the_dot_last() -> None:
    replies = [b"250 ok\r\n250 ok\r\n354 go on\r\n", b"250 kept\r\n"]

    ending, writes = await taped(Extensions(pipelining=True), replies=replies)

    envelope = b"MAIL FROM:<shop@example.com>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n"
    assert ending == "accepted"
    assert writes == [envelope, STUFFED + b".\r\n"]


async def introduced(tape: "Tape", letter: Envelope) -> tuple[Wire, "asyncio.Task[list[Outcome]]"]:
    """A conversation in which the letter's text is asked for; one to Boris follows it."""
    wire = Wire(tape, Extensions(pipelining=True), patience=PATIENT)
    sending = asyncio.create_task(send_all(wire, letter, replace(LETTER, recipient="boris@example.com")))
    await until(lambda: len(tape.writes) == 1)
    wire.data_received(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    return wire, sending


async def test_a_message_is_introduced_behind_the_text_of_the_one_before() -> None:
    tape = Tape()
    wire, sending = await introduced(tape, LETTER)
    await until(lambda: len(tape.writes) == 2)

    wire.connection_lost(None)
    endings = [described(outcome) for outcome in await sending]

    assert tape.writes[1:] == [STUFFED + b".\r\n" + TO_BORIS]
    assert endings == ["nobody knows", "not sent at MAIL FROM"]


class FullTape(Tape):
    """Of a network that takes nothing for now, once the introduction is out."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        if len(self.writes) > 1 and isinstance(self.protocol, Wire):
            self.protocol.pause_writing()


async def test_nothing_is_written_behind_a_long_text_before_all_of_it_is_gone() -> None:
    tape = FullTape()
    wire, sending = await introduced(tape, LONG)

    waiting = list(tape.writes)
    wire.resume_writing()
    wire.connection_lost(None)
    endings = [described(outcome) for outcome in await sending]

    assert waiting[1:] == [LONG.data]
    assert tape.writes[2:] == [TO_BORIS]
    assert endings == ["nobody knows", "not sent at MAIL FROM"]


@pytest.mark.parametrize(
    ("behind", "endings"),
    [
        pytest.param([], ["not sent at text"], id="alone"),
        pytest.param([LETTER], ["nobody knows", "not sent at MAIL FROM"], id="with another behind it"),
    ],
)
async def test_a_short_text_that_was_not_taken_whole_is_gone_if_more_was_written_behind_it(
    behind: list[Envelope], endings: list[str]
) -> None:
    tape = FullTape()
    wire = Wire(tape, Extensions(pipelining=True), patience=PATIENT)
    sending = asyncio.create_task(send_all(wire, LETTER, *behind))
    await until(lambda: len(tape.writes) == 1)
    wire.data_received(b"250 ok\r\n250 ok\r\n354 go on\r\n")

    wire.connection_lost(None)

    assert [described(outcome) for outcome in await sending] == endings


async def test_a_line_that_breaks_while_its_text_waits_for_an_exit_leaves_it_to_the_next() -> None:
    loop = asyncio.get_running_loop()
    exits, written = Exits(1), [loop.create_future() for _ in range(3)]
    tapes = [Tape() for _ in written]
    wires = [Wire(tape, Extensions(pipelining=True), patience=PATIENT) for tape in tapes]
    transactions = [Transaction(LETTER, float("inf"), loop.create_future(), exits, one) for one in written]
    sending = [asyncio.create_task(wire.send(one)) for wire, one in zip(wires, transactions, strict=True)]
    await until(lambda: all(tape.writes for tape in tapes))
    for wire in wires:
        wire.data_received(b"250 ok\r\n250 ok\r\n354 go on\r\n")

    wires[1].connection_lost(None)
    written[0].set_result(None)
    await until(lambda: len(tapes[2].writes) == 2)
    for wire in wires:
        wire.data_received(b"250 kept\r\n")
    await asyncio.gather(*sending)

    endings = [described(one.outcome.result()) for one in transactions]
    assert endings == ["accepted", "not sent at text", "accepted"]


async def test_any_other_server_gets_one_command_at_a_time() -> None:
    replies = [b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 kept\r\n"]

    ending, writes = await taped(Extensions(), replies=replies)

    commands = [b"MAIL FROM:<shop@example.com>\r\n", b"RCPT TO:<alice@example.com>\r\n", b"DATA\r\n"]
    assert ending == "accepted"
    assert writes == [*commands, STUFFED + b".\r\n"]


@pytest.mark.parametrize(
    ("early", "expected"),
    [
        (b"250 kept\r\n", "not sent at text"),
        (b"421 bye\r\n", "not sent at text"),
        (b"552 5.3.4 too big\r\n", "refused at text"),
        (b"25", "not sent at text"),
    ],
)
async def test_an_answer_to_a_text_that_was_not_yet_sent_is_not_believed(early: bytes, expected: str) -> None:
    replies = [b"250 ok\r\n250 ok\r\n354 go on\r\n" + early]

    ending, writes = await taped(Extensions(pipelining=True), replies=replies)

    assert ending == expected
    assert len(writes) == 1  # the envelope


async def test_a_long_text_that_is_cut_in_the_middle_is_surely_not_sent() -> None:
    long = replace(LETTER, content=(b"y" * 70 + b"\r\n") * 300_000)
    async with ScriptedServer({"BODY": CLOSE}) as server:
        wire = await opened(server)

        outcome = await send(wire, long)

    assert described(outcome) == "not sent at text"
    assert not server.texts


async def test_a_server_that_stops_reading_the_text_is_left_after_a_while() -> None:
    long = replace(LETTER, content=(b"y" * 70 + b"\r\n") * 300_000)
    async with ScriptedServer({"BODY": HANG}) as server:
        wire = await opened(server, IMPATIENT)

        outcome = await send(wire, long)

    assert described(outcome) == "not sent at text"


async def test_a_refusal_in_the_middle_of_a_long_text_is_heard() -> None:
    long = replace(LETTER, content=(b"y" * 70 + b"\r\n") * 300_000)
    async with ScriptedServer({"BODY": "552 5.3.4 too big"}) as server:
        wire = await opened(server)

        outcome = await send(wire, long)

    assert described(outcome) in ("refused at text", "not sent at text")  # the reset may overtake the reply
    assert not server.texts


async def test_a_short_text_is_doubtful_only_if_its_dot_was_written() -> None:
    async with ScriptedServer({"BODY": CLOSE}) as server:
        wire = await opened(server)

        outcome = await send(wire, LETTER)

    assert described(outcome) in ("nobody knows", "not sent at text", "not sent at end of text")


async def test_a_message_in_flight_that_is_cancelled_takes_the_line_with_it() -> None:
    async with ScriptedServer({"DOT": HANG}) as server:
        wire = await opened(server)
        sending = asyncio.create_task(send(wire, LETTER))
        await until(lambda: bool(server.texts))

        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert not wire.is_usable


async def test_nothing_is_begun_after_its_deadline() -> None:
    async with ScriptedServer() as server:
        wire = await opened(server)

        outcome = await send(wire, LETTER, deadline=time.monotonic() - 0.001)
        next_one = await send(wire, LETTER, deadline=time.monotonic() + 60)
        await wire.quit()

    assert described(outcome) == "unfit: deadline"
    assert described(next_one) == "accepted"
    assert [command.split()[0] for command in server.commands].count("MAIL") == 1


class Stopped(Patience):
    """Of a process that slept between the answer to DATA and the text."""

    until_text = -1.0


async def test_whoever_was_stopped_for_too_long_hands_no_text_over() -> None:
    async with ScriptedServer() as server:
        wire = await opened(server, patience=Stopped())

        outcome = await send(wire, LETTER, deadline=time.monotonic() + 0.9)

    assert described(outcome) == "not sent at text"
    assert not wire.is_usable
    assert "." not in server.commands


async def test_a_message_that_is_larger_than_the_server_takes_is_not_begun() -> None:
    async with ScriptedServer(extensions=("SIZE 20",)) as server:
        wire = await opened(server)

        outcome = await send(wire, LETTER)
        await wire.quit()

    assert described(outcome) == "unfit: size"
    assert server.commands == ["EHLO test", "QUIT"]


async def test_the_size_is_told_to_a_server_that_asks_for_it() -> None:
    async with ScriptedServer(extensions=("PIPELINING", "SIZE 1000")) as server:
        wire = await opened(server)

        await send(wire, LETTER)
        await wire.quit()

    assert f"MAIL FROM:<shop@example.com> SIZE={len(CONTENT)}" in server.commands


async def test_an_address_outside_ascii_needs_a_server_that_takes_it() -> None:
    letter = replace(LETTER, recipient="юзер@example.com")
    async with ScriptedServer() as plain, ScriptedServer(extensions=("8BITMIME", "SMTPUTF8")) as able:
        wires = [await opened(plain), await opened(able)]

        outcomes = [await send(wire, letter) for wire in wires]
        for wire in wires:
            await wire.quit()

    assert [described(outcome) for outcome in outcomes] == ["unfit: smtputf8", "accepted"]
    assert "MAIL FROM:<shop@example.com> BODY=8BITMIME SMTPUTF8" in able.commands
    assert "RCPT TO:<юзер@example.com>" in able.commands


async def test_an_endless_answer_is_cut_short() -> None:
    async with ScriptedServer({"MAIL": "250-" + "x" * 40_000}) as server:
        wire = await opened(server)

        outcome = await send(wire, LETTER)

    assert described(outcome) == "not sent at MAIL FROM"
