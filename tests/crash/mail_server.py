"""A mail server in a process of its own that fails in every way it can, and logs what it has accepted."""

import asyncio
import json
import logging
import random
import time
from email import message_from_bytes, policy
from multiprocessing.connection import Connection
from pathlib import Path

_DONE = "250 2.0.0 queued as {}"
# what may go wrong with a transaction: where, and what is said (or done) there
_REFUSALS = (
    ("MAIL", "421 4.3.2 closing"),
    ("MAIL", "452 4.3.1 out of space"),
    ("RCPT", "450 4.2.1 busy mailbox"),
    ("RCPT", "451 4.7.1 greylisted"),
    ("RCPT", "452 4.5.3 too many recipients"),
    ("RCPT", "550 5.1.1 no such user"),
    ("RCPT", "552 5.2.2 mailbox full"),
    ("RCPT", "554 5.7.1 relaying denied"),
    ("DATA", "421 4.3.2 closing"),
    ("DATA", "451 4.3.0 try later"),
    ("DATA", "452 4.3.1 out of space"),
    ("DOT", "421 4.3.2 closing"),
    ("DOT", "451 4.3.0 try later"),
    ("DOT", "452 4.3.1 out of space"),
    ("DOT", "550 5.6.0 not so"),
    ("DOT", "552 5.3.4 too big"),
    ("DOT", "554 5.7.1 looks like spam"),
)
_BREAKDOWNS = (
    ("MAIL", "cut"),
    ("RCPT", "cut"),
    ("DATA", "cut"),
    ("DATA", "hang"),
    ("TEXT", "cut"),  # in the middle of the text
    ("DOT", "cut"),  # everything was read, nothing is kept
    ("DOT", "hang"),
)
# the message is kept, and then …
_AFTERMATHS = ("cut", "hang", "drip", "slow", "closes idle", "cut", "slow")
TROUBLES = (*_REFUSALS, *_BREAKDOWNS, *(("KEPT", what) for what in _AFTERMATHS * 2))


def serve(control: Connection, accepted: Path, seed: int) -> None:
    """Sends its port through `control`, and hears there how troubled it is to be: a share of transactions."""
    logging.disable()  # whoever hangs up on it has just been killed
    asyncio.run(_MailServer(control, accepted, seed).run())


class _MailServer:
    def __init__(self, control: Connection, accepted: Path, seed: int) -> None:
        self._control = control
        self._dice = random.Random(seed)
        self._trouble = 0.0
        self._troubles = 0
        self._log = accepted.open("a", buffering=1)
        self._over = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        asyncio.get_running_loop().add_reader(self._control.fileno(), self._hear)
        self._control.send(server.sockets[0].getsockname()[1])
        await self._over.wait()

    def _hear(self) -> None:
        """A number: how troubled to be. "count": how often it was. None: go home."""
        try:
            word = self._control.recv()
        except EOFError:
            word = None
        if word is None:
            self._over.set()
        elif word == "count":
            self._control.send(self._troubles)
        else:
            self._trouble = word
            if not word:  # who waited for an answer waits no longer
                for writer in self._writers:
                    writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "220 ready")
        where, what, sick, recipient = "", "", False, ""
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            if verb == "MAIL":
                where, what = self._fate()
                sick, recipient = False, ""
            if verb == where and what in ("cut", "hang"):
                if what == "hang":
                    await self._hang()
                return
            if verb == where:
                await self._say(writer, what)
                if what.startswith("421"):
                    return
                sick = True
                continue
            match verb:
                case "EHLO":
                    await self._say(writer, "250-test\r\n250-PIPELINING\r\n250 8BITMIME")
                case "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    await self._say(writer, "503 5.5.1 no sender" if sick else "250 2.1.5 ok")
                case "DATA" if sick:
                    await self._say(writer, "503 5.5.1 nobody to send it to")
                case "DATA":
                    await self._say(writer, "354 go on")
                    if not await self._take(reader, writer, recipient, where, what):
                        return
                case "QUIT":
                    await self._say(writer, "221 bye")
                    return
                case _:
                    await self._say(writer, "250 2.0.0 ok")

    def _fate(self) -> tuple[str, str]:
        if self._dice.random() >= self._trouble:
            return "", ""
        self._troubles += 1
        return self._dice.choice(TROUBLES)

    async def _take(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        recipient: str,
        where: str,
        what: str,
    ) -> bool:
        """Whether the conversation goes on."""
        lines: list[bytes] = []
        while (line := await reader.readline()) != b".\r\n":
            if not line or (where == "TEXT" and len(lines) == 3):
                return False
            lines.append(line)
        if where == "DOT":
            if what == "hang":
                await self._hang()
            elif what != "cut":
                await self._say(writer, what)
                return not what.startswith("421")
            return False
        self._keep(b"".join(lines), recipient)
        return await self._answer(writer, what if where == "KEPT" else "")

    def _keep(self, text: bytes, recipient: str) -> None:
        message = message_from_bytes(text, policy=policy.default)
        body = message.get_body(("plain",))
        said = {
            "at": time.monotonic(),
            "id": str(message["Message-ID"]).strip("<>"),
            "to": recipient,
            "text": body.get_content() if body else "",
        }
        self._log.write(json.dumps(said) + "\n")

    async def _answer(self, writer: asyncio.StreamWriter, what: str) -> bool:
        done = _DONE.format(self._dice.randrange(10**6))
        match what:
            case "cut":
                return False
            case "hang":
                await self._hang()
                return False
            case "drip":
                for byte in f"{done}\r\n".encode():
                    writer.write(bytes([byte]))
                    await asyncio.sleep(0.02)
                return True
            case "slow":
                await asyncio.sleep(self._dice.uniform(0.05, 0.4))
        await self._say(writer, done)
        return what != "closes idle"

    async def _hang(self) -> None:
        await asyncio.sleep(self._dice.uniform(0.5, 3.0))

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(text.encode() + b"\r\n")
        await writer.drain()
