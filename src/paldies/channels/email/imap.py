"""A mailbox on an IMAP server (RFC 9051, RFC 3501), read by what is new in it."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")

AT_ONCE = 50  # mails in one look: the next look goes on
_LARGEST = 256 * 1024  # bytes of a mail that are read: what a report says comes first
_PATIENCE = 30.0  # seconds that a server may take for one answer
_EXAMPLE = "imaps://user:password@host/INBOX"


class MailboxError(Exception):
    """The mailbox cannot be read now; the text says why, without the password."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where it is. TLS from the start (imaps) or by STARTTLS, which only this machine is spared."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    is_tls_from_start: bool = True

    @classmethod
    def from_url(cls, url: str) -> "Mailbox":
        """Raises ValueError, in words for the person who wrote the URL; the password is never shown."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(
                f"it cannot be read; write {_EXAMPLE}, and characters such as @ : / # in the password as"
                " %40 %3A %2F %23"
            ) from error
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise ValueError(f"it must look like {_EXAMPLE}")
        if not _is_folder(folder):
            raise ValueError("the folder's name may have letters, digits, spaces and . _ - / only")
        is_tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=port or (993 if is_tls else 143),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=folder,
            is_tls_from_start=is_tls,
        )

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was read; UIDs mean something only together with their UIDVALIDITY."""

    uid_validity: int = 0
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, cut off where it is very long; empty if it was gone before it could be read."""

    position: Position
    content: bytes = field(repr=False)


class Imap:
    """Opens a connection for each look. Everything here blocks: it belongs into a thread."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        move_to: str = "",
        context: ssl.SSLContext | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """`move_to`: the folder that read mails go to; empty: they stay as they are, unread as well."""
        if move_to and not _is_folder(move_to):
            raise ValueError("a folder's name may have letters, digits, spaces and . _ - / only")
        self.name = mailbox.name
        self._mailbox = mailbox
        self._move_to = move_to
        self._context = context or ssl.create_default_context()
        self._patience = patience

    def after(self, position: Position) -> Sequence[Mail]:
        """The next mails, the oldest first; all from the start where the server has numbered them anew.

        Raises MailboxError.
        """
        return self._with_folder(lambda server, validity: list(_next(server, validity, position)))

    def move(self, mails: Sequence[Mail]) -> None:
        """Puts read mails where they are to go, if anywhere (RFC 6851). Raises MailboxError."""
        if self._move_to and mails:
            uids = ",".join(str(mail.position.last_uid) for mail in mails)
            self._with_folder(lambda server, _: _expect(server.uid("MOVE", uids, _quoted(self._move_to))))

    def probe(self) -> None:
        """Raises MailboxError if it cannot be read, or read mails could not be moved."""
        self._with_folder(self._try_to_move)

    def _try_to_move(self, server: imaplib.IMAP4, _: int) -> None:
        if not self._move_to:
            return
        if "MOVE" not in server.capabilities:
            raise imaplib.IMAP4.error("the server cannot move mails: leave out move_to")
        _expect(server.status(_quoted(self._move_to), "(MESSAGES)"))

    def _with_folder(self, f: Callable[[imaplib.IMAP4, int], T]) -> T:
        with _explained(), self._connected() as server:
            self._log_in(server)
            _expect(server.select(_quoted(self._mailbox.folder), readonly=not self._move_to))
            _, told = server.response("UIDVALIDITY")
            validity = int(told[0]) if told and told[0] else 0
            return f(server, validity)

    @contextmanager
    def _connected(self) -> Iterator[imaplib.IMAP4]:
        place = self._mailbox
        server: imaplib.IMAP4
        if place.is_tls_from_start:
            server = imaplib.IMAP4_SSL(
                place.host, place.port, ssl_context=self._context, timeout=self._patience
            )
        else:
            server = imaplib.IMAP4(place.host, place.port, timeout=self._patience)
        try:
            if not place.is_tls_from_start and not place.is_this_machine:
                server.starttls(self._context)
            yield server
        finally:
            try:
                server.logout()
            except (OSError, imaplib.IMAP4.error):
                server.shutdown()

    def _log_in(self, server: imaplib.IMAP4) -> None:
        """PLAIN where it is offered (RFC 4616), as LOGIN takes no password beyond ASCII."""
        user, password = self._mailbox.user, self._mailbox.password
        if "AUTH=PLAIN" in server.capabilities:
            _expect(server.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode()))
        else:
            _expect(server.login(user, password))


def _next(server: imaplib.IMAP4, validity: int, position: Position) -> Iterator[Mail]:
    last = position.last_uid if position.uid_validity == validity else 0
    found = _expect(server.uid("SEARCH", f"UID {last + 1}:*"))
    uids = sorted(int(uid) for line in found if line for uid in line.split())
    for uid in [uid for uid in uids if uid > last][:AT_ONCE]:  # `*` is the last one, however old
        answer = _expect(server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_LARGEST}>)"))
        content = next((part[1] for part in answer if isinstance(part, tuple)), b"")
        yield Mail(Position(validity, uid), content)


def _expect(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(
            b" ".join(part for part in data if isinstance(part, bytes)).decode("latin-1")
        )
    return data


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxError(f"its certificate is not trusted: {error.verify_message}") from error
    except (OSError, imaplib.IMAP4.error, ValueError, UnicodeError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise MailboxError(re.sub(r"^b['\"]|['\"]$", "", said) or type(error).__name__) from None


def _is_folder(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9 ._/-]+", name) is not None


def _quoted(name: str) -> str:
    return f'"{name}"'
