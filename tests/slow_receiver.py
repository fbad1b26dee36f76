"""A mail server that takes its time over each message, on any number of connections, and knows what came."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Self

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


@dataclass
class SlowReceiver:
    """`delay`: seconds from the final dot to the answer."""

    delay: float = 0.0
    port: int = 0
    came: list[tuple[float, str]] = field(default_factory=list)  # monotonic clock, Message-ID

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [message_id for _, message_id in self.came]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 slow\r\n")
        try:
            while line := await reader.readline():
                match line[:4].upper():
                    case b"EHLO":
                        writer.write(b"250-slow\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
                    case b"DATA":
                        writer.write(b"354 go on\r\n")
                        text = await reader.readuntil(b"\r\n.\r\n")
                        await asyncio.sleep(self.delay)
                        found = _MESSAGE_ID.search(text)
                        self.came.append((time.monotonic(), found[1].decode() if found else ""))
                        writer.write(b"250 2.0.0 taken\r\n")
                    case b"QUIT":
                        writer.write(b"221 bye\r\n")
                        break
                    case _:
                        writer.write(b"250 ok\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
