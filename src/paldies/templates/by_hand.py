"""One customer's own wording: a text filled in for a person to change, and made a text again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from paldies.templates import manuscript
from paldies.templates.frame import is_page
from paldies.templates.manuscript import Manuscript
from paldies.templates.sandbox import Sandbox, in_text, plain_environment
from paldies.templates.sheet import Sheet
from paldies.templates.source import Source, make_source
from paldies.templates.tags import Tags, without_tag_lines
from paldies.templates.text import Text, build

_MEANS_SOMETHING = re.compile(r"([\\`*\[\]~]|(?<!\w)_|_(?!\w)|<(?=\w)|&(?=#?\w+;))")
_BRACE = "{{ '{' }}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What one customer is told, without the frame: Markdown where the channel writes letters."""

    subject: str
    body: str


def filled_in(
    source: Source, text: Text, values: Mapping[str, object], *, locale: str, sender: str
) -> Wording:
    """The text as this customer would get it. Raises RenderFault."""
    script = manuscript.read(source.text, text.file)
    content = text.render(values, locale=locale, sender=sender)
    tags = Tags()
    body = tags.restore(without_tag_lines(tags.shield(script.body)))
    named = {**values, "locale": content.locale, "sender": text.signed_by(content.locale, sender)}
    environment = _markdown_environment() if is_page(source.layout) else plain_environment()
    return Wording(content.subject, _tidied(Sheet(body, environment, file=text.file).fill(named)))


def reworded(source: Source, wording: Wording, text: Text, *, folder: Path) -> Text:
    """The text with these words in place of its own; whatever they hold, none of it is a tag.

    `folder` is where its attachments lie. Raises TemplateFault.
    """
    words = _written(manuscript.read(source.text, text.file), wording)
    return build(
        make_source(
            source.name, words, layout=source.layout, senders=source.senders, attachments=text.attachments
        ),
        text.file,
        folder=folder,
    )


def _written(script: Manuscript, wording: Wording) -> str:
    """As a file of the templates folder, with what else stands in its front matter."""
    front = {
        "subject": _literal(" ".join(wording.subject.split())),
        "preheader": script.preheader.text,
        "voicemail": script.voicemail.text,
        "sender": script.sender,
        "attach": ", ".join(script.attach),
    }
    lines = [f'{key}: "{value}"' for key, value in front.items() if value]
    return "\n".join(["---", *lines, "---", _literal(wording.body), ""])


def _literal(words: str) -> str:
    return words.replace("{", _BRACE)


@cache
def _markdown_environment() -> Sandbox:
    """Values keep their signs: a product called *Star* is not to be printed in italics."""
    environment = plain_environment().overlay(finalize=_in_markdown)
    assert isinstance(environment, Sandbox)  # noqa: S101 - it is of the kind that it was laid over
    return environment


def _in_markdown(value: object) -> str:
    """Raises Unprintable."""
    shown = in_text(value)
    return _MEANS_SOMETHING.sub(r"\\\1", shown) if isinstance(value, str) else shown


def _tidied(words: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+(?=\n)", "", words)).strip()
