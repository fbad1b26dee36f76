"""One text version, compiled and ready to be filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from paldies.templates import attachments, manuscript, samples
from paldies.templates.attachments import AttachedFile
from paldies.templates.compiler import compile_note, compile_page
from paldies.templates.faults import RenderFault, TemplateFault
from paldies.templates.frame import file_name, is_page
from paldies.templates.locales import language
from paldies.templates.manuscript import Manuscript, Passage
from paldies.templates.names import TextName
from paldies.templates.renderer import Content, Sheets
from paldies.templates.senders import FILE as SENDERS_FILE
from paldies.templates.senders import Sender, Senders
from paldies.templates.source import Source

_CALL = "call"  # the one channel that may meet an answering machine


@dataclass(frozen=True, slots=True)
class Text:
    """`sender` is the key that the text itself names, if it does."""

    name: TextName
    file: str  # as staff know it
    sha: str
    sender: str
    attachments: tuple[AttachedFile, ...]
    senders: Senders
    sheets: Sheets

    @property
    def id(self) -> str:
        """Short and stable: the same words, frame, sender and attachments have the same id."""
        return self.sha[:16]

    @property
    def locale(self) -> str:
        """The language it is written in."""
        return self.name.written_in

    def render(self, values: Mapping[str, object], *, locale: str, sender: str = "") -> Content:
        """Fills it in; values are those of `paldies.templates.values.NAMES`.

        Dates and amounts follow `locale` where it is the text's own language. `sender`, the one of the
        campaign's step, signs unless the text names another. Raises RenderFault.
        """
        spoken = locale if language(locale) == language(self.locale) else self.locale
        filled = {**values, "locale": spoken}
        if "sender" not in filled and (person := self.signed_by(spoken, sender)):
            filled["sender"] = person
        return self.sheets.fill(filled, locale=spoken)

    def signed_by(self, locale: str, sender: str = "") -> Sender | None:
        """Who signs, in one language."""
        return self.senders.get(self.sender or sender, locale)


def build(source: Source, file: str, *, folder: Path) -> Text:
    """Compiles a text version, and tries it on a sample order. Raises TemplateFault."""
    script = manuscript.read(source.text, file)
    _refuse_voicemail(script, source.name.channel)
    senders = Senders.from_json(source.senders)
    text = Text(
        name=source.name,
        file=file,
        sha=source.sha,
        sender=script.sender,
        attachments=tuple(
            attachments.read(name, folder, file=file, line=script.attach_line) for name in script.attach
        ),
        senders=senders,
        sheets=_compiled(script, source),
    )
    anyone = next(iter(senders.keys()), "")
    try:
        text.render(samples.values(samples.COMPLETE), locale=text.locale, sender=anyone)
    except RenderFault as fault:
        problem = fault.problem
        raise TemplateFault(
            problem.text, remedy=problem.remedy, file=problem.file, line=problem.line
        ) from fault
    return text


def used_senders(script: Manuscript, senders: Senders, *, file: str) -> Senders:
    """Those whose change makes a new text version. Raises TemplateFault."""
    if not script.sender:
        return senders
    if script.sender not in senders:
        known = ", ".join(senders.keys())
        raise TemplateFault(
            f"nobody called {script.sender!r} is in {SENDERS_FILE}",
            remedy=f"Known are: {known}."
            if known
            else f"Add [{script.sender}] and a name to {SENDERS_FILE}.",
            file=file,
            line=script.sender_line,
        )
    return senders.only(script.sender)


def _refuse_voicemail(script: Manuscript, channel: str) -> None:
    if script.voicemail.text and channel != _CALL:
        raise TemplateFault(
            f"a text for {channel} is never heard by an answering machine",
            remedy=f"Take the line out that begins with voicemail:, or move it to the text for {_CALL}.",
            file=script.voicemail.file,
            line=script.voicemail.line,
        )


def _compiled(script: Manuscript, source: Source) -> Sheets:
    try:
        page = is_page(source.layout)
        frame = Passage(source.layout, file_name(source.name.channel, page=page))
        if page:
            return compile_page(script, frame)
        return compile_note(script, frame if source.layout else None)
    except TemplateFault:
        raise
    except Exception as error:  # one odd file must not stop the others
        raise TemplateFault(
            f"this cannot be turned into a message: {error}",
            remedy="Go back to its last good version and change one thing at a time.",
            file=script.body.file,
        ) from error
