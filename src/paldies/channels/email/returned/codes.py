"""Status codes in what a mail server said: enhanced ones (RFC 3463) and plain replies (RFC 5321 4.2)."""

import re

_AFTER_REPLY = re.compile(r"\b([245])\d\d[- ]+#?\(?(\1\.\d{1,3}\.\d{1,3})\b(?!\.\d)")
_MARKED = re.compile(r"(?:#|\(|<|\[|status:?\s*|code:?\s*)([245]\.\d{1,3}\.\d{1,3})\b(?!\.\d)", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w.-])([245]\.\d{1,3}\.\d{1,3})(?![\w-]|\.\d)")
_REPLY = re.compile(r"(?<![\w.:#+-])([45]\d\d)(?=[- ]|$|:)")
_SAYS_NOTHING = re.compile(r"[245]\.0\.\d+$")  # RFC 3463 3.1: other or undefined status


def enhanced(text: str, *, bare: bool = True) -> str:
    """The enhanced code in an answer, empty if there is none.

    `bare`: also one that nothing marks as such, which in prose may be a program's version.
    """
    found = [match[2] for match in _AFTER_REPLY.finditer(text)]
    found += _MARKED.findall(text)
    if bare:
        found += _BARE.findall(text)
    return next((code for code in found if is_specific(code)), found[0] if found else "")


def reply(text: str) -> str:
    """The three digits of a refusal, empty if there are none."""
    match = _REPLY.search(text)
    return match[1] if match else ""


def is_specific(code: str) -> bool:
    return bool(code) and not _SAYS_NOTHING.match(code)
