"""Bytes from the server, read as replies."""

from collections import deque
from functools import lru_cache

from paldies.channels.email.outcomes import Reply

_LONGEST = 32 * 1024  # bytes: far above any real reply, it bounds what a mad server can make us keep
_ENDLESS = "an endless answer"


class ReplyError(Exception):
    """That was not SMTP."""


class ReplyReader:
    """Replies come in whatever pieces the network makes of them (RFC 5321 4.2)."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()  # complete, and not yet taken
        self._tail = b""
        self._code = 0
        self._lines: list[str] = []
        self._length = 0  # bytes of the lines

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come that nobody has taken, not even the beginning of a reply."""
        return not (self.replies or self._tail or self._lines)

    def feed(self, data: bytes) -> None:
        """Raises ReplyError, after which nothing more should be read; what came before it still counts."""
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            self._read(line)
        if self._length + len(self._tail) > _LONGEST:
            raise ReplyError(_ENDLESS)

    def _read(self, line: bytes) -> None:
        reply, is_last = _understood(line)
        if is_last and not self._lines:
            self.replies.append(reply)
            return
        if self._lines and reply.code != self._code:
            raise ReplyError(f"not an SMTP answer: {line[:80]!r}")
        self._code = reply.code
        self._lines.append(reply.text)
        self._length += len(line)
        if self._length > _LONGEST:
            raise ReplyError(_ENDLESS)
        if is_last:
            self.replies.append(Reply(reply.code, " ".join(self._lines)))
            self._lines.clear()
            self._length = 0


@lru_cache(maxsize=64)
def _understood(line: bytes) -> tuple[Reply, bool]:
    """What it says, and whether it is the last. To each MAIL, RCPT and DATA a server says the same words."""
    if len(line) > _LONGEST:
        raise ReplyError(_ENDLESS)
    line = line.rstrip(b"\r")
    code, mark = line[:3], line[3:4]
    if not (code.isdigit() and b"200" <= code < b"600" and mark in (b"", b" ", b"-")):
        raise ReplyError(f"not an SMTP answer: {line[:80]!r}")
    return Reply(int(code), line[4:].decode("utf-8", "replace").strip()), mark != b"-"
