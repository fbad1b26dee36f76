"""All that one text version is made from, as it is kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from paldies.templates.attachments import AttachedFile
from paldies.templates.names import TextName


@dataclass(frozen=True, slots=True)
class Source:
    """`layout` is the frame in the text's language, empty where there is none; `senders` is JSON."""

    name: TextName
    text: str
    layout: str
    senders: str
    sha: str


def make_source(
    name: TextName, text: str, *, layout: str, senders: str, attachments: Iterable[AttachedFile]
) -> Source:
    parts = [text, layout, senders]
    for attached in attachments:
        parts += [attached.name, attached.sha]
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return Source(name, text, layout, senders, digest.hexdigest())
