"""An SMTP server that keeps nothing, and knows how many mails it accepted and when.

Usage: python sink.py [--latency MS] [--takes MS] [--most N] [--hangs-up]
Prints its port; then, for each line on its standard input, what came since the last one, as JSON.
A mail costs it 60 µs of processor time (`smtp-sink` 120), so that it is not what is measured.
"""

import argparse
import asyncio
import json
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import cast

_SLOW_DOWN = b"451 4.7.0 too much at once, come back later\r\n"
_CLOSING = b"421 4.7.0 too much at once, come back later\r\n"


@dataclass
class House:
    """`latency`: seconds before each answer. `takes`: seconds from the final dot to the answer, besides.

    `most`: mails in any second of the clock (0: any number); what is beyond is refused at MAIL, with 451 or,
    if it `hangs_up`, with 421.
    """

    latency: float = 0.0
    takes: float = 0.0
    most: int = 0
    hangs_up: bool = False
    accepted: "array[float]" = field(default_factory=lambda: array("d"))  # when, by the monotonic clock
    octets: int = 0  # of everything that clients said
    refused: int = 0
    _second: int = 0
    _begun: int = 0  # mails in that second

    def lets_in(self) -> bool:
        if not self.most:
            return True
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._begun = second, 0
        if self._begun >= self.most:
            self.refused += 1
            return False
        self._begun += 1
        return True

    def report(self) -> str:
        """And begins anew."""
        said = {"accepted": self.accepted.tolist(), "octets": self.octets, "refused": self.refused}
        self.accepted, self.octets, self.refused = array("d"), 0, 0
        return json.dumps(said)


class Guest(asyncio.Protocol):
    """Pipelining, no TLS, no check of anything."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._buffer = b""
        self._in_text = False
        self._is_let_in = False
        self._is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._house.octets += len(data)
        self._buffer += data
        if not self._is_busy:
            self._read()

    def _read(self) -> None:
        answers = []
        while self._buffer:
            if self._in_text:
                _, dot, rest = self._buffer.partition(b"\r\n.\r\n")
                if not dot:
                    self._buffer = self._buffer[-4:]
                    break
                self._buffer, self._in_text = rest, False
                if self._house.takes:
                    self._is_busy = True
                    self._loop.call_later(self._house.takes, self._take)
                    break
                answers.append(self._accept())
                continue
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                break
            self._buffer = rest
            answers.append(self._answer(line[:4].upper()))
        if answers:
            self._say(b"".join(answers))

    def _take(self) -> None:
        self._is_busy = False
        self._say(self._accept())
        self._read()

    def _accept(self) -> bytes:
        self._house.accepted.append(time.monotonic())
        return b"250 2.0.0 taken\r\n"

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if verb == b"MAIL":
            self._is_let_in = self._house.lets_in()
            if not self._is_let_in:
                return _CLOSING if self._house.hangs_up else _SLOW_DOWN
        if verb in (b"RCPT", b"DATA") and not self._is_let_in:
            return b"503 5.5.1 MAIL first\r\n"
        if verb == b"DATA":
            self._in_text = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def _say(self, answer: bytes) -> None:
        if self._house.latency:
            self._loop.call_later(self._house.latency, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            if self._house.hangs_up and _CLOSING in answer:
                self._transport.close()


async def main(house: House) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Guest(house), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        print(house.report(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0)
    parser.add_argument("--takes", type=float, default=0)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--hangs-up", action="store_true")
    told = parser.parse_args()
    house = House(told.latency / 1000, told.takes / 1000, told.most, told.hangs_up)
    try:
        import uvloop
    except ImportError:
        asyncio.run(main(house))
    else:
        uvloop.run(main(house))
