"""All texts of the templates folder, each in its latest version that works."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from paldies.templates import manuscript
from paldies.templates.attachments import read as read_attachment
from paldies.templates.by_hand import Wording, reworded
from paldies.templates.faults import Problem, RenderFault, TemplateFault
from paldies.templates.folder import Folder, TextFile
from paldies.templates.frame import Frame
from paldies.templates.locales import fallbacks
from paldies.templates.memory import Notebook, TextMemory
from paldies.templates.names import Leg, TextName
from paldies.templates.senders import Sender
from paldies.templates.source import Source, make_source
from paldies.templates.text import Text, build, used_senders

__all__ = ["Library", "Problem", "RenderFault", "Text"]


class Library:
    """Staff edit the folder while it is in use; what they break is reported, and the last good text stays."""

    def __init__(
        self, folder: Path, *, locale: str, memory: TextMemory | None = None, autopublish: bool = True
    ) -> None:
        """`locale` is the shop's own. Without `autopublish`, what is edited waits until it is published."""
        self._folder = Folder(folder)
        self._locale = locale
        self._memory: TextMemory = Notebook() if memory is None else memory
        self._autopublish = autopublish
        self._live: dict[TextName, Text] = {}
        self._waiting: dict[TextName, tuple[Source, Text]] = {}
        self._published_legs: set[Leg] = set()
        self._refused: dict[TextName, tuple[str, Problem]] = {}  # what was wrong with which version
        self._on_disk: set[TextName] = set()
        self._faults: dict[TextName, Problem] = {}  # of the versions that are on disk now
        self._problems: list[Problem] = []
        self._found: dict[tuple[Leg, tuple[str, ...]], Text | None] = {}

    def refresh(self) -> list[Problem]:
        """Takes in what has changed, and says all that is wrong now. Never raises for a bad file.

        Under 1 ms if nothing has changed, some 50 ms for each new text version; may run in a thread beside
        `find`, but not beside itself.
        """
        if not self._folder.refresh() and not self._waiting:
            return list(self._problems)
        problems = list(self._folder.problems)
        self._on_disk = {file.name for file in self._folder.texts}
        self._published_legs = {name.leg for name in self._memory.names()}
        self._waiting = {name: one for name, one in self._waiting.items() if name in self._on_disk}
        self._faults = {}
        for file in self._folder.texts:
            problem = self._take(file)
            if problem:
                self._faults[file.name] = problem
                problems.append(problem)
        self._problems = list(dict.fromkeys(problems))
        self._found = {}
        return list(self._problems)

    def find(self, campaign: str, step: str, channel: str, locales: Sequence[str]) -> Text | None:
        """The text in `lv-LV`, `lv`, the shop's own locale, `en`, or any that exists.

        One whose last file was removed is still found: somebody may be waiting for it.
        """
        leg, found = (campaign, step, channel), self._found
        asked = (leg, tuple(locales))
        if asked not in found:
            names = _in_order(self._names(leg), locales, self._locale)
            found[asked] = next((text for name in names if (text := self._text(name))), None)
        return found[asked]

    def source_of(self, text: Text) -> Source | None:
        """What a text was made from; None if another version has taken its place."""
        source = self._memory.last_good(text.name)
        return source if source and source.sha == text.sha else None

    def reworded(self, text: Text, wording: Wording) -> Text:
        """The same with a person's words in place of its own, some 30 ms. Raises RenderFault."""
        source = self.source_of(text)
        try:
            if source is None:
                raise TemplateFault("it has just been edited", remedy="Approve it again.", file=text.file)
            return reworded(source, wording, text, folder=self._folder.path / text.name.campaign)
        except TemplateFault as fault:
            problem = fault.problem
            raise RenderFault(
                problem.text, remedy=problem.remedy, file=problem.file, line=problem.line, tag=""
            ) from fault

    def legs(self) -> set[Leg]:
        """Of every text that has a file, and a version that is used; compiles none."""
        known = {*list(self._live), *self._memory.names()}
        return {name.leg for name in self._on_disk if name in known}

    def warm_up(self) -> None:
        """Compiles one of the texts that nobody has needed yet, some 30 ms."""
        if cold := self._on_disk - self._live.keys() - self._refused.keys():
            self._text(min(cold))

    def texts(self) -> list[Text]:
        """Every text that has a file, in its version that is used."""
        return [text for name in sorted(self._on_disk) if (text := self._text(name))]

    def meant(self, campaign: str, step: str, channel: str, locales: Sequence[str]) -> TextFile | None:
        """The file that `find` would take its text from, if what is on disk now worked."""
        there = {file.name: file for file in self._folder.texts if file.name.leg == (campaign, step, channel)}
        return next((there[name] for name in _in_order(there, locales, self._locale)), None)

    def fault_of(self, file: TextFile) -> Problem | None:
        """What keeps it from being used as it is on disk now."""
        return self._faults.get(file.name)

    @property
    def is_behind(self) -> bool:
        """Whether anything was edited that waits to be published."""
        return bool(self._waiting)

    def waiting(self, campaign: str) -> list[Text]:
        """What was edited, works, and is not live until it is published."""
        return [text for name, (_, text) in sorted(self._waiting.items()) if name.campaign == campaign]

    def publish(self, campaign: str) -> None:
        """Makes live what waits in one campaign's folder."""
        for name, (source, text) in list(self._waiting.items()):
            if name.campaign == campaign:
                self._live[name] = text
                self._memory.remember(source)
                del self._waiting[name]
        self._found = {}

    def files(self) -> list[TextFile]:
        """Every text as it is on disk now, whether it works or not."""
        return list(self._folder.texts)

    def frame(self, file: TextFile) -> Frame | None:
        """What stands around it; None if nothing does, or it is missing."""
        try:
            return self._folder.frame(file.name.channel, page=file.is_page)
        except TemplateFault:
            return None

    @property
    def folder(self) -> Path:
        return self._folder.path

    def content(self, file: str) -> str:
        """Of senders.toml and its like, as it is on disk; empty if it cannot be read."""
        return self._folder.content(file)

    def sender(self, key: str, locale: str) -> Sender | None:
        return self._folder.senders.get(key, locale)

    def senders(self) -> list[str]:
        return self._folder.senders.keys()

    def _names(self, leg: Leg) -> set[TextName]:
        on_disk = {name for name in self._on_disk if name.leg == leg}
        return on_disk or {name for name in (*list(self._live), *self._memory.names()) if name.leg == leg}

    def _take(self, file: TextFile) -> Problem | None:
        """Makes a file's present version the live one; says what is wrong if it cannot."""
        try:
            source = self._source(file)
        except TemplateFault as fault:
            return fault.problem
        waited = self._waiting.pop(file.name, None)
        live, refused = self._live.get(file.name), self._refused.get(file.name)
        if live and live.sha == source.sha:
            self._refused.pop(file.name, None)
            return None
        if refused and refused[0] == source.sha:
            return refused[1]
        known = self._memory.last_good(file.name)
        if live is None and waited is None and known and known.sha == source.sha:
            return None  # it worked before the last start, and is compiled when it is needed
        try:
            is_known = waited is not None and waited[0].sha == source.sha
            text = waited[1] if waited and is_known else build(source, file.label, folder=file.folder)
        except TemplateFault as fault:
            self._refused[file.name] = (source.sha, fault.problem)
            return fault.problem
        self._refused.pop(file.name, None)
        if self._has_to_wait(source):
            self._waiting[file.name] = (source, text)
        else:
            self._live[file.name] = text
            self._memory.remember(source)
        return None

    def _has_to_wait(self, source: Source) -> bool:
        """Only where customers would read something else: a leg without any text yet begins with this one."""
        published = self._memory.last_good(source.name)
        if self._autopublish or (published and published.sha == source.sha):
            return False
        return source.name.leg in self._published_legs

    def _source(self, file: TextFile) -> Source:
        script = manuscript.read(file.text, file.label)
        frame = self._folder.frame(file.name.channel, page=file.is_page)
        return make_source(
            file.name,
            file.text,
            layout=frame.in_language(file.name.written_in).text if frame else "",
            senders=used_senders(script, self._folder.signers(), file=file.label).to_json(),
            attachments=[
                read_attachment(name, file.folder, file=file.label, line=script.attach_line)
                for name in script.attach
            ],
        )

    def _text(self, name: TextName) -> Text | None:
        """The live version, or the one that was live before the last start."""
        if name not in self._live and (source := self._memory.last_good(name)):
            try:
                self._live[name] = build(source, str(name), folder=self._folder.path / name.campaign)
            except TemplateFault as fault:  # its attachment is gone, or an update of ours refuses it
                if name in self._on_disk and name not in self._refused:
                    self._refused[name] = (source.sha, fault.problem)
                    self._problems.append(fault.problem)
                return None
        return self._live.get(name)


def _in_order(names: Iterable[TextName], locales: Sequence[str], home: str) -> list[TextName]:
    """Best first. A file name with a locale goes before one without that means the same language."""
    wanted = list(fallbacks(locales, home))

    def rank(name: TextName) -> tuple[int, str]:
        place = wanted.index(name.written_in) if name.written_in in wanted else len(wanted)
        return place, "~" if not name.locale else name.locale

    return sorted(names, key=rank)
