"""An IMAP server in memory: as much of RFC 9051 as a reader of one mailbox needs, and strict about it."""

import asyncio
import re
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """One mailbox for one user; `url` once it runs."""

    user: str = "bounce"
    password: str = "let me in"
    uid_validity: int = 7
    folder: str = "INBOX"
    mails: dict[int, bytes] = field(default_factory=dict)
    moved: dict[str, list[int]] = field(default_factory=dict)
    vanishing: set[int] = field(default_factory=set)  # found, and gone before they are read
    capabilities: str = "IMAP4rev1 AUTH=PLAIN MOVE"
    commands: list[str] = field(default_factory=list)  # without passwords
    port: int = 0

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password.replace(' ', '%20')}@127.0.0.1:{self.port}/{self.folder}"

    def deliver(self, content: bytes) -> int:
        """The UID of a new mail."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = content
        return uid

    @contextmanager
    def running(self) -> Iterator["ImapServer"]:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", self.port), loop
        ).result(10)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(server.close)
            asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        is_known = is_open = False
        try:
            while line := (await reader.readline()).decode().rstrip("\r\n"):
                tag, _, command = line.partition(" ")
                word = command.partition(" ")[0].upper()
                self.commands.append(word if word in ("LOGIN", "AUTHENTICATE") else command)
                told, answer = [], "OK done"
                if word == "CAPABILITY":
                    told = [f"CAPABILITY {self.capabilities}"]
                elif word == "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    is_known = await self._is_password(reader)
                    answer = "OK in" if is_known else "NO [AUTHENTICATIONFAILED] wrong"
                elif word == "LOGIN":
                    is_known = command.endswith(f'{self.user} "{self.password}"')
                    answer = "OK in" if is_known else "NO [AUTHENTICATIONFAILED] wrong"
                elif word == "LOGOUT":
                    writer.write(f"* BYE\r\n{tag} OK\r\n".encode())
                    break
                elif not is_known:
                    answer = "BAD log in first"
                elif word in ("SELECT", "EXAMINE"):
                    is_open = f'"{self.folder}"' in command
                    told = [f"{len(self.mails)} EXISTS", f"OK [UIDVALIDITY {self.uid_validity}] valid"]
                    answer = (
                        f"OK [READ-{'ONLY' if word == 'EXAMINE' else 'WRITE'}] done"
                        if is_open
                        else "NO no such"
                    )
                elif word == "STATUS":
                    answer = "OK done" if '"Read"' in command else "NO no such folder"
                elif not is_open:
                    answer = "BAD select first"
                elif command.startswith("UID "):
                    answer = self._uid(command, writer)
                else:
                    answer = "BAD what?"
                for one in told:
                    writer.write(f"* {one}\r\n".encode())
                writer.write(f"{tag} {answer}\r\n".encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _uid(self, command: str, writer: asyncio.StreamWriter) -> str:
        if match := re.fullmatch(r"UID SEARCH UID (\d+):\*", command):
            first = int(match[1])
            found = [uid for uid in self.mails if uid >= first] or sorted(self.mails)[-1:]  # `*` is the last
            writer.write(f"* SEARCH {' '.join(map(str, found))}\r\n".encode())
            return "OK done"
        if match := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            uid = int(match[1])
            if uid in self.mails and uid not in self.vanishing:
                content = self.mails[uid][: int(match[2])]
                head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n"
                writer.write(head.encode() + content + b")\r\n")
            return "OK done"
        if match := re.fullmatch(r'UID MOVE ([\d,]+) "(\w+)"', command):
            for uid in map(int, match[1].split(",")):
                self.moved.setdefault(match[2], []).append(uid)
                self.mails.pop(uid, None)
            return "OK done"
        return f"BAD what is {command}?"

    async def _is_password(self, reader: asyncio.StreamReader) -> bool:
        said = b64decode(await reader.readline()).decode()
        return said == f"\0{self.user}\0{self.password}"
