"""The templates folder as it is on disk now, read again only where it has changed."""

import os
from dataclasses import dataclass
from pathlib import Path

from paldies.templates import senders
from paldies.templates.content import content_of
from paldies.templates.faults import Level, Problem, TemplateFault
from paldies.templates.frame import FRAMES, PHRASES_FILE, Frame, Phrases, file_name, read_phrases
from paldies.templates.names import SUFFIXES, TextName
from paldies.templates.senders import Senders

Signature = tuple[int, int, int]  # inode, modification time in ns, size


@dataclass(frozen=True, slots=True)
class TextFile:
    name: TextName
    label: str  # how staff know it: relative to the templates folder
    folder: Path
    text: str
    is_page: bool  # Markdown within a frame, not plain text


class Folder:
    """Senders and phrases keep their last good state while their file is broken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.texts: list[TextFile] = []
        self.senders = Senders({})
        self._phrases: Phrases = {}
        self._never_read: dict[str, TemplateFault] = {}  # senders, phrases that have no good state yet
        self._signatures: dict[Path, Signature] | None = None
        self._contents: dict[Path, str] = {}

    def refresh(self) -> bool:
        """Whether anything has changed since the last time. Never raises for a bad file."""
        signatures = _signatures(self.path)
        if signatures == self._signatures:
            return False
        self.problems = []
        if not signatures:
            self._report(TemplateFault("there are no texts", remedy=_CREATE, file=str(self.path)))
        self._contents = self._contents_now(signatures)
        self._signatures = signatures
        self._read_senders()
        self._read_phrases()
        self.texts = self._text_files()
        return True

    def frame(self, channel: str, *, page: bool) -> Frame | None:
        """The one for a channel's Markdown; its plain text may go without. Raises TemplateFault."""
        file = file_name(channel, page=page)
        text = self._contents.get(self.path / file)
        if text is None and page:
            raise TemplateFault(
                f"Markdown for {channel} needs a frame, and there is none",
                remedy="Restore the file, or write the texts as .txt.",
                file=file,
            )
        if text is None:
            return None
        if PHRASES_FILE in self._never_read:
            raise self._never_read[PHRASES_FILE]
        return Frame(text, file, self._phrases)

    def signers(self) -> Senders:
        """Those who may sign. Raises TemplateFault where the file is broken, and never was good."""
        if senders.FILE in self._never_read:
            raise self._never_read[senders.FILE]
        return self.senders

    def content(self, file: str) -> str:
        """Of a file that stands beside the campaigns' folders; empty if it cannot be read."""
        return self._contents.get(self.path / file, "")

    def _contents_now(self, signatures: dict[Path, Signature]) -> dict[Path, str]:
        """What cannot be read keeps its former content, and is looked at again the next time."""
        known = self._signatures or {}
        contents: dict[Path, str] = {}
        for path in [path for path in signatures if self._is_ours(path)]:
            text = self._contents.get(path)
            if text is None or known.get(path) != signatures[path]:
                fresh = self._read(path)
                if fresh is None:
                    del signatures[path]
                text = text if fresh is None else fresh
            if text is not None:
                contents[path] = text
        return contents

    def _is_ours(self, path: Path) -> bool:
        """A campaign.toml is read by whoever plans."""
        return path.suffix in (*SUFFIXES, ".html") or (path.suffix == ".toml" and path.parent == self.path)

    def _read(self, path: Path) -> str | None:
        try:
            return content_of(path, file=self._label(path))
        except TemplateFault as fault:
            self._report(fault)
            return None

    def _read_senders(self) -> None:
        try:
            self.senders = senders.read(self.content(senders.FILE))
            self._never_read.pop(senders.FILE, None)
        except TemplateFault as fault:
            self._report(fault)
            if not self.senders.people:
                self._never_read[senders.FILE] = fault

    def _read_phrases(self) -> None:
        try:
            self._phrases = read_phrases(self.content(PHRASES_FILE))
            self._never_read.pop(PHRASES_FILE, None)
        except TemplateFault as fault:
            self._report(fault)
            if not self._phrases:
                self._never_read[PHRASES_FILE] = fault

    def _text_files(self) -> list[TextFile]:
        files: dict[TextName, TextFile] = {}
        for path, text in sorted(self._contents.items()):
            if path.suffix not in SUFFIXES:
                continue
            label = self._label(path)
            name = TextName.of(path.parent.name, path)
            if path.parent == self.path:
                if name and not path.name.startswith(FRAMES):
                    self.problems.append(Problem(label, 1, "nobody gets it here", _MOVING, Level.WARNING))
            elif name is None:
                self._report(TemplateFault("this name is not understood", remedy=_NAMING, file=label))
            elif name in files:
                self._report(
                    TemplateFault(f"{files[name].label} is the same text", remedy="Remove one.", file=label)
                )
            else:
                files[name] = TextFile(name, label, path.parent, text, path.suffix == ".md")
        return list(files.values())

    def _label(self, path: Path) -> str:
        return path.relative_to(self.path).as_posix()

    def _report(self, fault: TemplateFault) -> None:
        self.problems.append(fault.problem)


_IS_FOLDER: Signature = (0, 0, 0)
_LEADS_NOWHERE: Signature = (0, 0, 1)  # a link that has lost what it pointed to, or points to itself
_NAMING = "Call it step.channel.md or step.channel.locale.md, as in 1_right_choice.email.lv.md."
_MOVING = "Move it into the folder of its campaign, such as first_day."
_CREATE = "Run paldies init, or set templates in paldies.toml to the folder with your texts."


def _signatures(folder: Path) -> dict[Path, Signature]:
    """Of all files in the folder and in the campaigns' folders; hidden ones and editors' copies left out."""
    found = _signatures_of(folder)
    for path in [path for path, signature in found.items() if signature == _IS_FOLDER]:
        del found[path]
        found |= _signatures_of(path)
    return {
        path: signature
        for path, signature in found.items()
        if signature != _IS_FOLDER or path.suffix in SUFFIXES  # where a text should be
    }


def _signatures_of(folder: Path) -> dict[Path, Signature]:
    found: dict[Path, Signature] = {}
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return found
    for entry in entries:
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        try:
            state = entry.stat()
        except OSError:
            if entry.is_symlink():  # else it went while we looked
                found[Path(entry.path)] = _LEADS_NOWHERE
            continue
        signature = (state.st_ino, state.st_mtime_ns, state.st_size)
        found[Path(entry.path)] = _IS_FOLDER if entry.is_dir() else signature
    return found
