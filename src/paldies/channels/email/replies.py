"""Bytes from the server, read as replies."""

from collections import deque

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
        self._code = b""
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
            self._read(line.rstrip(b"\r"))
        if self._length + len(self._tail) > _LONGEST:
            raise ReplyError(_ENDLESS)

    def _read(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        is_reply = code.isdigit() and b"200" <= code < b"600" and mark in (b"", b" ", b"-")
        if not is_reply or (self._lines and code != self._code):
            raise ReplyError(f"not an SMTP answer: {line[:80]!r}")
        self._code = code
        self._lines.append(line[4:].decode("utf-8", "replace").strip())
        self._length += len(line)
        if self._length > _LONGEST:
            raise ReplyError(_ENDLESS)
        if mark != b"-":
            self.replies.append(Reply(int(code), " ".join(self._lines)))
            self._lines.clear()
            self._length = 0
