"""SMTP servers on 127.0.0.1 for tests: one follows a script, faults included, the other keeps mail."""

import asyncio
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CLOSE: Final = "close"  # hang up instead of answering
HANG: Final = "hang"  # never answer
Answer = str  # CLOSE, HANG, or a reply; lines are separated by \n

_ANSWERS: Mapping[str, Answer] = {
    "GREETING": "220 ready",
    "DATA": "354 go on",
    "BODY": "",  # said (or done) right after 354, before the text is read; empty = nothing
    "DOT": "250 2.0.0 queued as 4F1B2C",
    "QUIT": "221 bye",
}


class ScriptedServer:
    """Answers by the script: verb (or GREETING, BODY, DOT) → one answer, or one for each transaction.

    `chop`: answers leave in pieces of so many bytes (0 = whole). `resets`: hangs up with RST instead of FIN.
    `tls`: speaks TLS from the start.
    `texts` are the texts that a dot ended, dot-stuffed as they came.
    """

    def __init__(
        self,
        script: Mapping[str, Answer | Sequence[Answer]] | None = None,
        *,
        extensions: Sequence[str] = ("PIPELINING", "8BITMIME"),
        chop: int = 0,
        resets: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script = dict(script or {})
        self.extensions = extensions
        self.chop = chop
        self.resets = resets
        self.commands: list[str] = []
        self.texts: list[bytes] = []
        self.connections = 0
        self._tls = tls
        self._times: Counter[str] = Counter()
        self._over = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'smtps' if self._tls else 'smtp'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        self._over.set()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk
        self._talks.add(talk)
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(talk)
            if self.resets:
                writer.transport.abort()
            else:
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer(writer, "GREETING"):
            return
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            verb = line.split()[0].upper()
            goes_on = await self._answer(writer, verb)
            if goes_on == "354":
                goes_on = await self._take_text(reader, writer)
            if not goes_on or verb == "QUIT":
                return

    async def _take_text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        if self.script.get("BODY") and not await self._answer(writer, "BODY"):
            return ""
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return ""
            lines.append(line)
        self.texts.append(b"".join(lines))
        return await self._answer(writer, "DOT")

    async def _answer(self, writer: asyncio.StreamWriter, verb: str) -> str:
        """The code that was said; empty if that was the end."""
        if verb == "MAIL":
            self._times["transaction"] += 1
        answers = self.script.get(verb, self._default(verb))
        if not isinstance(answers, str):
            answers = answers[min(max(self._times["transaction"], 1), len(answers)) - 1]
        if answers == CLOSE:
            return ""
        if answers == HANG:
            await self._over.wait()
            return ""
        await self._say(writer, answers.replace("\n", "\r\n").encode() + b"\r\n")
        return "" if answers.startswith("421") or verb == "BODY" else answers[:3]

    def _default(self, verb: str) -> Answer:
        if verb == "EHLO":
            names = ["test", *self.extensions]
            return "\n".join([f"250-{name}" for name in names[:-1]] + [f"250 {names[-1]}"])
        return self.usual(verb)

    @staticmethod
    def usual(verb: str) -> Answer:
        """What is answered if the script says nothing."""
        return _ANSWERS.get(verb, "250 2.0.0 ok")

    async def _say(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        step = self.chop or len(data)
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
            await writer.drain()
            await asyncio.sleep(0)  # the other side gets to read this piece before the next


@dataclass(frozen=True)
class Mail:
    """One message that was kept."""

    sender: str
    recipient: str
    content: bytes
    user: str  # who was logged in
    is_secured: bool

    @property
    def parsed(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


class KeepingServer:
    """aiosmtpd in a thread of its own, keeping what it receives; for `with` and `async with`.

    `tls`: offers STARTTLS (or speaks TLS from the start, with `is_tls_from_start`). `login`: the user and
    the password that are demanded. `refuse`: recipient → answer to RCPT.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        is_tls_from_start: bool = False,
        login: tuple[str, str] | None = None,
        refuse: Mapping[str, str] | None = None,
        pipelining: bool = True,
        port: int = 0,
    ) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self._login = login
        self._refuse = dict(refuse or {})
        self._pipelining = pipelining
        self._is_tls_from_start = is_tls_from_start
        self._tls = tls
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._listening: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, name="keeping-smtp-server", daemon=True)
        self._is_ready = threading.Event()

    @property
    def port(self) -> int:
        assert self._listening
        return int(self._listening.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        scheme = "smtps" if self._is_tls_from_start else "smtp"
        login = f"{self._login[0]}:{self._login[1]}@" if self._login else ""
        return f"{scheme}://{login}127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    def _run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        tls = self._tls if self._is_tls_from_start else None
        listen = loop.create_server(self._session, "127.0.0.1", self._port, ssl=tls)
        self._listening = loop.run_until_complete(listen)
        self._is_ready.set()
        loop.run_forever()
        self._listening.close()
        talks = asyncio.all_tasks(loop)
        for talk in talks:
            talk.cancel()
        loop.run_until_complete(asyncio.gather(*talks, return_exceptions=True))
        loop.close()

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            loop=self._loop,
            enable_SMTPUTF8=True,
            tls_context=None if self._is_tls_from_start else self._tls,
            authenticator=self._authenticate if self._login else None,
            auth_required=self._login is not None,
            auth_require_tls=self._tls is not None,
        )

    # aiosmtpd calls these

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self._pipelining:  # aiosmtpd can do it and does not say so
            responses.insert(-1, "250-PIPELINING")
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._refuse:
            return self._refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        for recipient in envelope.rcpt_tos:
            self.mails.append(
                Mail(
                    sender=envelope.mail_from or "",
                    recipient=recipient,
                    content=content,
                    user=session.auth_data.login.decode() if session.authenticated else "",
                    is_secured=session.ssl is not None or self._is_tls_from_start,
                )
            )
        return f"250 2.0.0 kept as {len(self.mails)}"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert self._login and isinstance(data, LoginPassword)
        user, password = self._login
        if (data.login, data.password) == (user.encode(), password.encode()):
            return AuthResult(success=True, auth_data=data)
        return AuthResult(success=False, handled=False)


def self_signed(folder: Path) -> Path:
    """A file with a new key and its certificate for 127.0.0.1 and localhost, made by openssl.

    Raises FileNotFoundError where there is no openssl.
    """
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    both.write_text(key.read_text() + certificate.read_text())
    return both


def server_tls(both: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    return context
