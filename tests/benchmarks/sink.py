"""An SMTP server that takes everything and keeps nothing, fast enough not to be what is measured."""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """Pipelining, no TLS, no check of anything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""
        self._in_text = False
        transport.write(b"220 sink\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answers = []
        while self._buffer:
            if self._in_text:
                _, dot, rest = self._buffer.partition(b"\r\n.\r\n")
                if not dot:
                    self._buffer = self._buffer[-4:]
                    break
                self._buffer, self._in_text = rest, False
                answers.append(b"250 2.0.0 taken\r\n")
                continue
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                break
            self._buffer = rest
            answers.append(self._answer(line[:4].upper()))
        if answers:
            self._transport.write(b"".join(answers))  # type: ignore[attr-defined]

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if verb == b"DATA":
            self._in_text = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        import uvloop

        uvloop.run(main())
    except ImportError:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
