"""Turns a text and its frame into sheets that only have to be filled in: all that is expensive, done once."""

from functools import cache

import css_inline

from paldies.templates.faults import TemplateFault
from paldies.templates.manuscript import Manuscript, Passage
from paldies.templates.markdown import to_html
from paldies.templates.nesting import check_nesting
from paldies.templates.plain import to_text
from paldies.templates.renderer import SEPARATOR, Sheets
from paldies.templates.sandbox import html_environment, plain_environment
from paldies.templates.sheet import Sheet
from paldies.templates.tags import Tags, as_comments, without_tag_lines

CONTENT = "<!-- content -->"  # where in the frame the text goes


def compile_page(manuscript: Manuscript, frame: Passage) -> Sheets:
    """Markdown within a frame: an HTML part and a plain-text part that say the same. Raises TemplateFault."""
    _check_place(frame, remedy=f"Write {CONTENT} once, inside <body>.")
    if not manuscript.subject.text:
        raise TemplateFault(
            "there is no subject",
            remedy="Begin the file with three lines: ---, subject: …, ---.",
            file=manuscript.body.file,
            line=1,
        )
    tags = Tags()
    heading = _heading(manuscript, tags)
    body = to_html(tags.shield(manuscript.body), tags)
    check_nesting(body, tags)
    page = as_comments(tags.shield(frame)).replace(CONTENT, body)
    inlined = _inliner().inline(page)
    check_nesting(inlined, tags)  # once more: the HTML parser moves what is out of place
    file = manuscript.body.file
    return Sheets(
        plain=Sheet(tags.restore(heading + to_text(inlined, tags)), plain_environment(), file=file),
        html=Sheet(tags.restore(inlined), html_environment(), file=file),
    )


def compile_note(manuscript: Manuscript, frame: Passage | None = None) -> Sheets:
    """Plain text, within a frame if its channel has one. Raises TemplateFault."""
    if frame:
        _check_place(frame, remedy=f"Write {CONTENT} once, where the text goes.")
    return Sheets(plain=_note(manuscript, frame), html=None, voicemail=_voicemail(manuscript, frame))


def _check_place(frame: Passage, *, remedy: str) -> None:
    if frame.text.count(CONTENT) != 1:
        raise TemplateFault("the frame does not say where the text goes", remedy=remedy, file=frame.file)


def _note(manuscript: Manuscript, frame: Passage | None) -> Sheet:
    tags = Tags()
    script = _heading(manuscript, tags) + _framed(manuscript.body, frame, tags=tags)
    return Sheet(tags.restore(script), plain_environment(), file=manuscript.body.file)


def _voicemail(manuscript: Manuscript, frame: Passage | None) -> Sheet | None:
    words = manuscript.voicemail
    if not words.text:
        return None
    tags = Tags()
    script = tags.shield(words) + SEPARATOR + _framed(words, frame, tags=tags)
    return Sheet(tags.restore(script), plain_environment(), file=words.file)


def _framed(words: Passage, frame: Passage | None, *, tags: Tags) -> str:
    shielded = tags.shield(words)
    if frame:
        shielded = tags.shield(frame).replace(CONTENT, shielded.strip("\n"))
    return without_tag_lines(shielded)


def _heading(manuscript: Manuscript, tags: Tags) -> str:
    return "".join(tags.shield(part) + SEPARATOR for part in (manuscript.subject, manuscript.preheader))


@cache
def _inliner() -> css_inline.CSSInliner:
    """Keeps @media rules (dark mode, small screens) in the head; the rest goes on the elements."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
