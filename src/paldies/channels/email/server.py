"""Which mail server to hand messages to, read from its URL."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import unquote, urlsplit

Tls = Literal["auto", "required", "none"]

_EXAMPLE = "smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465"


@dataclass(frozen=True, slots=True)
class Server:
    """`tls`: "required" also on this machine, "none" never; "auto" requires it except on this machine."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls_from_start: bool = False  # smtps
    tls: Tls = "auto"

    @classmethod
    def from_url(cls, url: str, *, tls: Tls = "auto") -> "Server":
        """Raises ValueError, in words for the person who wrote the URL; the password is never shown."""
        try:
            parts = urlsplit(url)
            port = parts.port
            (parts.hostname or "").encode("idna")
        except ValueError as error:
            raise ValueError(
                f"email.url cannot be read; write {_EXAMPLE}, and characters such as @ : / # in the"
                f" password as %40 %3A %2F %23"
            ) from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
            raise ValueError(f"email.url must look like {_EXAMPLE}")
        is_tls_from_start = parts.scheme == "smtps"
        if is_tls_from_start and tls == "none":
            raise ValueError(
                'email.url says smtps and email.tls says "none": write smtp:// or remove email.tls'
            )
        return cls(
            host=parts.hostname,
            port=port or (465 if is_tls_from_start else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            is_tls_from_start=is_tls_from_start,
            tls=tls,
        )

    @property
    def secrets(self) -> Sequence[str]:
        """The password, also as PLAIN and LOGIN write it (RFC 4616); the longest first."""
        if not self.password:
            return ()
        plain = f"\0{self.user}\0{self.password}", f"{self.user}\0{self.user}\0{self.password}"
        encoded = [b64encode(words.encode()).decode() for words in (*plain, self.password)]
        return [*encoded, self.password]

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def must_be_secured(self) -> bool:
        return self.tls == "required" or (self.tls == "auto" and not self.is_this_machine)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
