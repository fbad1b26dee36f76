"""What the DNS says about a DKIM key, and whether it is ours (RFC 6376 3.6)."""

import re
from collections.abc import Callable, Sequence
from enum import Enum

import dns.exception
import dns.resolver

_PATIENCE = 3.0  # seconds for all name servers together

Lookup = Callable[[str], Sequence[str] | None]


class Published(Enum):
    FITS = "the public key in the DNS fits"
    DIFFERS = "the DNS has another public key"
    MISSING = "the DNS has no public key"
    UNKNOWN = "the DNS did not answer, so nobody looked there"


def txt_records(name: str) -> Sequence[str] | None:
    """The TXT records of a name; empty if there are none, None if nobody answered."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]


def place(selector: str, domain: str) -> str:
    """Where in the DNS the public key is looked for."""
    return f"{selector}._domainkey.{domain}"


def published(selector: str, domain: str, *, public_key: str, lookup: Lookup = txt_records) -> Published:
    records = lookup(place(selector, domain))
    if records is None:
        return Published.UNKNOWN
    keys = [key for record in records if (key := _key(record))]
    if not keys:
        return Published.MISSING
    return Published.FITS if public_key in keys else Published.DIFFERS


def _key(record: str) -> str:
    """What stands after p=; empty also for a key that was withdrawn."""
    found = re.search(r"(?:^|;)\s*p\s*=([^;]*)", record)
    return re.sub(r"\s+", "", found[1]) if found else ""
