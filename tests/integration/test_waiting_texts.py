"""Where texts wait to be published, the last published one stays live until a person says so."""

from pathlib import Path

from paldies.templates.library import Library
from paldies.templates.memory import Notebook

FIRST = "---\nsubject: Thank you\n---\nGood day.\n"
SECOND = FIRST.replace("Good day", "Good evening")


def folder_with(path: Path, text: str = FIRST) -> Path:
    (path / "care").mkdir(exist_ok=True)
    (path / "care/1_hello.email.txt").write_text(text)
    return path


def live(library: Library) -> str:
    text = library.find("care", "1_hello", "email", ["en"])
    assert text is not None
    return text.render({}, locale="en").text


def test_an_edit_waits_and_the_published_text_stays_live(tmp_path: Path) -> None:
    library = Library(folder_with(tmp_path), locale="en", memory=Notebook(), autopublish=False)
    library.refresh()
    folder_with(tmp_path, SECOND)

    problems = library.refresh()

    assert problems == []
    assert "Good day" in live(library)
    assert [text.file for text in library.waiting("care")] == ["care/1_hello.email.txt"]
    assert library.waiting("another") == []


def test_what_is_published_is_live(tmp_path: Path) -> None:
    memory = Notebook()
    library = Library(folder_with(tmp_path), locale="en", memory=memory, autopublish=False)
    library.refresh()
    folder_with(tmp_path, SECOND)
    library.refresh()

    library.publish("care")

    assert "Good evening" in live(library)
    assert not library.is_behind
    assert [source.text for source in memory.unsaved()] == [SECOND]


def test_a_daemon_takes_over_what_somebody_else_has_published(tmp_path: Path) -> None:
    at_the_desk, of_the_daemon = Notebook(), Notebook()
    desk = Library(folder_with(tmp_path), locale="en", memory=at_the_desk, autopublish=False)
    daemon = Library(tmp_path, locale="en", memory=of_the_daemon, autopublish=False)
    desk.refresh()
    daemon.refresh()
    of_the_daemon.mark_saved(of_the_daemon.unsaved())
    folder_with(tmp_path, SECOND)
    desk.refresh()
    daemon.refresh()

    desk.publish("care")
    of_the_daemon.learn(at_the_desk.unsaved())
    daemon.refresh()

    assert "Good evening" in live(daemon)
    assert not daemon.is_behind


def test_without_that_wish_an_edit_is_live_at_once(tmp_path: Path) -> None:
    library = Library(folder_with(tmp_path), locale="en")
    library.refresh()
    folder_with(tmp_path, SECOND)

    library.refresh()

    assert "Good evening" in live(library)
    assert library.waiting("care") == []
