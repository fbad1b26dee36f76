"""A folder of texts that staff edit while it is in use, and a database that remembers what was good."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session, SQLModel, select

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.words import EventKind
from paldies.store.tables.campaigns import TextVersion
from paldies.templates import samples
from paldies.templates.library import Library, Text
from paldies.templates.lint import check
from paldies.templates.lint.carriers import Carrier
from paldies.templates.memory import Notebook, load_texts, save_texts
from paldies.templates.names import TextName

FRAME = """<html lang="{{ locale }}"><body><!-- content -->
<p><!-- phrase: why --></p></body></html>"""
PHRASES = '[en]\nwhy = "From {{ shop.name }}"\n[lv]\nwhy = "No {{ shop.name }}"\n'
SENDERS = '[anna]\nname = "Anna"\nrole.en = "Care"\nrole.lv = "Aprūpe"\n[bruno]\nname = "Bruno"\n'
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "message_templates"
    write(folder / "_layout.email.html", FRAME)
    write(folder / "_layout.phrases.toml", PHRASES)
    write(folder / "senders.toml", SENDERS)
    write(folder / "first/hello.email.md", letter("Hello {{ customer.first_name }}"))
    write(folder / "first/hello.email.lv.md", letter("Sveiki {{ customer.first_name }}"))
    return folder


def letter(body: str, *, front: str = "") -> str:
    return f"---\nsubject: Hello\n{front}---\n{body}\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def opened(folder: Path, notebook: Notebook | None = None) -> Library:
    library = Library(folder, locale="lv", memory=notebook)
    library.refresh()
    return library


def hello(library: Library, *locales: str) -> Text:
    text = library.find("first", "hello", "email", locales)
    assert text is not None
    return text


def said(text: Text, locale: str = "") -> str:
    return text.render(samples.values(samples.COMPLETE), locale=locale or text.locale).text


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        (["lv-LV"], "lv"),
        (["en-GB"], "en"),
        (["ru"], "lv"),
        ([], "lv"),
        (["ru", "en"], "en"),
        (["LV_lv"], "lv"),
    ],
)
def test_a_reader_gets_the_nearest_language(folder: Path, locales: list[str], expected: str) -> None:
    assert hello(opened(folder), *locales).locale == expected


def test_without_the_shops_own_language_or_english_any_language_will_do(folder: Path) -> None:
    write(folder / "first/bye.email.de.md", letter("Auf Wiedersehen"))

    text = opened(folder).find("first", "bye", "email", ["ru"])

    assert text is not None and text.locale == "de"


def test_what_does_not_exist_is_not_found(folder: Path) -> None:
    library = opened(folder)

    assert library.find("first", "hello", "sms", ["lv"]) is None
    assert library.find("second", "hello", "email", ["lv"]) is None


def test_dates_follow_the_language_of_the_text_and_not_of_its_reader(folder: Path) -> None:
    write(folder / "first/hello.email.md", letter("{{ order.placed_at|date }}"))
    text = hello(opened(folder), "en")

    assert "23 November" in said(text, "ru")
    assert "November 23" in said(text, "en-US")


def test_the_frame_speaks_the_language_of_the_text(folder: Path) -> None:
    library = opened(folder)

    assert "No Bērzs & Co" in said(hello(library, "lv"))
    assert "From Bērzs & Co" in said(hello(library, "en"))


def test_a_mended_text_is_taken_in_and_nothing_else_is_read_again(folder: Path) -> None:
    library = opened(folder)
    latvian, english = hello(library, "lv"), hello(library, "en")

    write(folder / "first/hello.email.lv.md", letter("Labdien, {{ customer.first_name }}"))
    problems = library.refresh()

    assert problems == []
    assert "Labdien, Alise" in said(hello(library, "lv"))
    assert hello(library, "lv").id != latvian.id
    assert hello(library, "en") is english


def test_an_edit_of_the_same_length_within_the_same_second_is_noticed(folder: Path) -> None:
    path = folder / "first/hello.email.md"
    library = opened(folder)

    write(path, path.read_text("utf-8").replace("Hello {{", "Howdy {{"))
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))
    library.refresh()

    assert "Howdy Alise" in said(hello(library, "en"))


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (letter("Hello {{ customer.frist_name }}"), 4),
        (letter("Hello\n\n{% if order %}"), 6),
        (letter("Hello {{ order.number|date }}"), 4),
        ("Hello", 1),
    ],
)
def test_a_broken_edit_is_reported_and_the_last_good_text_stays(folder: Path, broken: str, line: int) -> None:
    library = opened(folder)

    write(folder / "first/hello.email.md", broken)
    problems = library.refresh()

    assert [(problem.file, problem.line) for problem in problems] == [("first/hello.email.md", line)]
    assert "Hello Alise" in said(hello(library, "en"))
    assert library.refresh() == problems


def test_a_mended_frame_or_sender_makes_new_versions_and_a_broken_one_none(folder: Path) -> None:
    library = opened(folder)
    before = hello(library, "en")

    write(folder / "_layout.email.html", FRAME.replace("{{ locale }}", "{{ locale"))
    problems = library.refresh()
    write(folder / "_layout.email.html", FRAME.replace("<body>", "<body><h1>{{ shop.name }}</h1>"))
    mended = library.refresh()

    assert [problem.file for problem in problems] == ["_layout.email.html"]
    assert mended == []
    assert hello(library, "en").id != before.id
    assert said(hello(library, "en")).startswith("Bērzs & Co")


def ring(library: Library, locale: str = "lv") -> Text:
    text = library.find("first", "ring", "call", [locale])
    assert text is not None
    return text


def test_the_frame_of_a_plain_channel_is_part_of_its_texts_in_their_language(folder: Path) -> None:
    write(folder / "first/ring.call.txt", "One thing.")
    write(folder / "first/ring.call.lv.txt", "Viena lieta.")
    bare = ring(opened(folder))

    write(folder / "_layout.call.txt", "<!-- phrase: why -->\n\n<!-- content -->")
    library = opened(folder)

    assert said(bare) == "Viena lieta.\n"
    assert said(ring(library)) == "No Bērzs & Co\n\nViena lieta.\n"
    assert said(ring(library, "en")) == "From Bērzs & Co\n\nOne thing.\n"
    assert ring(library).id != bare.id


@pytest.mark.parametrize(
    ("broken", "said_of_it"),
    [
        ("Hello.", "does not say where the text goes"),
        ("<b>Hello</b> <!-- content -->", "HTML in a frame for plain text"),
        ("{{ shop.nam }} <!-- content -->", "there is no 'shop.nam'"),
        ("<!-- phrase: hello --> <!-- content -->", "there is no phrase 'hello'"),
    ],
)
def test_a_broken_frame_of_a_plain_channel_leaves_the_last_good_texts(
    folder: Path, broken: str, said_of_it: str
) -> None:
    write(folder / "first/ring.call.txt", "One thing.")
    write(folder / "_layout.call.txt", "Hello. <!-- content -->")
    library = opened(folder)

    write(folder / "_layout.call.txt", broken)
    (problem,) = library.refresh()

    assert problem.file == "_layout.call.txt" and said_of_it in problem.text
    assert said(ring(library)) == "Hello. One thing.\n"


def test_a_framed_plain_text_survives_a_restart(folder: Path) -> None:
    write(folder / "first/ring.call.txt", "One thing.")
    write(folder / "_layout.call.txt", "Hello. <!-- content -->")
    notebook = Notebook()
    opened(folder, notebook)

    write(folder / "first/ring.call.txt", "{{ broken")
    restarted = opened(folder, Notebook(notebook.unsaved()))

    assert said(ring(restarted)) == "Hello. One thing.\n"
    assert ring(restarted).render(samples.values(samples.COMPLETE), locale="en").html == ""


def test_a_page_needs_html_around_it(folder: Path) -> None:
    library = opened(folder)

    write(folder / "_layout.email.html", "<!-- content -->")
    problems = library.refresh()

    assert [problem.text for problem in problems] == ["there is no HTML in this frame"]
    assert "Hello Alise" in said(hello(library, "en"))


def test_only_the_texts_that_a_sender_signs_change_with_the_sender(folder: Path) -> None:
    signed = letter("{{ sender.name }}, {{ sender.role }}", front="sender: anna\n")
    write(folder / "first/hello.email.md", signed)
    library = opened(folder)
    before = hello(library, "en").id

    write(folder / "senders.toml", SENDERS.replace("Bruno", "Bruno II"))
    library.refresh()
    after_bruno = hello(library, "en").id
    write(folder / "senders.toml", SENDERS.replace('"Anna"', '"Anna II"'))
    library.refresh()

    assert after_bruno == before
    assert hello(library, "en").id != before
    assert "Anna II, Care" in said(hello(library, "en"))


def test_the_step_names_who_signs_where_the_text_does_not(folder: Path) -> None:
    write(folder / "first/hello.email.md", letter("{{ sender.name }}"))
    text = hello(opened(folder), "en")

    content = text.render(samples.values(samples.COMPLETE), locale="en", sender="bruno")

    assert content.text.startswith("Bruno")
    signer = text.signed_by("lv", "anna")
    assert signer is not None and signer.role == "Aprūpe"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("senders.toml", "[anna", "not TOML"),
        ("senders.toml", "[anna]\nrole = 'x'", "has no name"),
        ("senders.toml", "[anna]\nname = 'x'\nage = 3", "anna.age"),
        ("_layout.phrases.toml", "why = 'x'", "does not hold phrases"),
        ("first/Hello there.md", "x", "name is not understood"),
        ("first/hello.email.en.txt", "ok", ""),
        ("first/hello.letter.md", letter("x"), "needs a frame"),
        ("first/bye.email.md", letter("x", front="sender: zelda\n"), "nobody called 'zelda'"),
        ("first/bye.email.md", letter("x", front="voicemail: x\n"), "never heard by an answering machine"),
        ("first/bye.sms.txt", letter("x", front="voicemail: x\n"), "never heard by an answering machine"),
        ("first/bye.call.txt", letter("x", front="voicemail: x\n"), ""),
        (
            "first/bye.email.md",
            letter("x", front="attach: ../senders.toml\n"),
            "not in the campaign's folder",
        ),
    ],
)
def test_each_odd_file_is_reported_and_the_rest_goes_on(
    folder: Path, file: str, content: str, said: str
) -> None:
    library = opened(folder)

    write(folder / file, content)
    problems = library.refresh()

    assert [said in problem.text for problem in problems] == ([True] if said else [])
    assert library.find("first", "hello", "email", ["en"]) is not None


def test_a_file_that_is_not_utf_8_keeps_its_last_good_text_until_it_is_mended(folder: Path) -> None:
    library = opened(folder)
    path = folder / "first/hello.email.md"

    path.write_bytes(letter("Hallå").encode("latin-1"))
    problems = [library.refresh(), library.refresh()]
    write(path, letter("Hej"))

    assert [[problem.text for problem in seen] for seen in problems] == [["this is not UTF-8"]] * 2
    assert library.refresh() == []
    assert said(hello(library, "en")).startswith("Hej")


def test_a_deleted_language_falls_back_and_the_last_one_of_a_step_stays(folder: Path) -> None:
    library = opened(folder)

    (folder / "first/hello.email.lv.md").unlink()
    library.refresh()
    fallen_back = hello(library, "lv").locale
    shutil.rmtree(folder / "first")
    library.refresh()

    assert fallen_back == "en"
    assert "Alise" in said(hello(library, "lv"))
    assert library.texts() == []


def test_a_missing_folder_is_a_problem_and_not_an_error(tmp_path: Path) -> None:
    library = Library(tmp_path / "nowhere", locale="lv")

    (problem,) = library.refresh()

    assert "no texts" in problem.text and "paldies init" in problem.remedy


def test_an_attachment_goes_with_its_text_and_changes_its_version(folder: Path) -> None:
    (folder / "first/care.pdf").write_bytes(b"one")
    write(folder / "first/hello.email.md", letter("Hello", front="attach: care.pdf\n"))
    library = opened(folder)
    before = hello(library, "en")

    (folder / "first/care.pdf").write_bytes(b"two")
    library.refresh()

    (attached,) = hello(library, "en").attachments
    assert (attached.name, attached.media_type, attached.content) == ("care.pdf", "application/pdf", b"two")
    assert hello(library, "en").id != before.id


def test_the_last_good_text_survives_a_restart(folder: Path) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    notebook = Notebook()
    opened(folder, notebook)
    with Session(engine) as session:
        save_texts(session, notebook.unsaved(), now=NOON)
        session.commit()

    write(folder / "first/hello.email.md", letter("{{ broken"))
    (folder / "first/hello.email.lv.md").unlink()
    with Session(engine) as session:
        after_restart = Library(folder, locale="lv", memory=Notebook(load_texts(session)))
    problems = after_restart.refresh()

    assert [problem.file for problem in problems] == ["first/hello.email.md"]
    assert "Hello Alise" in said(hello(after_restart, "en"))
    assert hello(after_restart, "lv").locale == "en"


def test_a_version_that_staff_went_back_to_is_the_last_good_one_again(folder: Path) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    notebook = Notebook()
    library = Library(folder, locale="lv", memory=notebook)
    path = folder / "first/hello.email.md"
    first = path.read_text("utf-8")

    with Session(engine) as session:
        for hour, text in enumerate([first, letter("Second {{ customer.first_name }}"), first]):
            write(path, text)
            library.refresh()
            unsaved = notebook.unsaved()
            save_texts(session, unsaved, now=NOON + timedelta(hours=hour))
            notebook.mark_saved(unsaved)
        session.commit()
        remembered = {source.name: source.text for source in load_texts(session)}
        rows = session.exec(select(TextVersion).where(TextVersion.locale == "")).all()

    assert remembered[TextName("first", "hello", "email")] == first
    assert len(rows) == 2
    assert notebook.unsaved() == []


STEP = Step("hello", "hello", timedelta(minutes=20), ("email",))


def test_check_finds_what_a_reader_would_stumble_over(folder: Path) -> None:
    write(
        folder / "first/hello.email.md",
        "---\nsubject: {{ customer.first_name }}\n---\n"
        "[a](/orders) [b](http://shop.example) {{ order.promised_at|date }}",
    )
    write(folder / "first/bye.email.md", f"---\nsubject: {'long ' * 20}\n---\nBye")
    campaign = Campaign(
        "first",
        "First",
        EventKind.CONFIRMED,
        (STEP, Step("gone", "gone", timedelta(), ("sms",), sender="zoe")),
    )

    problems = check(opened(folder), campaigns=[campaign], locale="lv").problems

    texts = [problem.text for problem in problems if not problem.is_warning]
    warnings = [problem.text for problem in problems if problem.is_warning]
    assert any("'/orders' leads nowhere" in text for text in texts)
    assert any("for an order of which little is known" in text and "no date" in text for text in texts)
    assert any("the step gone has no text for sms" in text for text in texts)
    assert any("nobody called 'zoe'" in text for text in texts)
    assert any("http://shop.example is not secure" in text for text in warnings)
    assert any("the subject has 99 characters" in text for text in warnings)
    assert any("there is no text in 'lv'" in text for text in warnings)


def test_check_finds_an_empty_subject(folder: Path) -> None:
    write(folder / "first/hello.email.md", "---\nsubject: {{ customer.first_name }}\n---\nHello")

    problems = check(opened(folder), locale="lv").problems

    assert any("of which little is known: the subject is empty" in problem.text for problem in problems)


def test_check_does_not_ask_a_text_to_suit_orders_that_its_step_leaves_out(folder: Path) -> None:
    write(folder / "first/hello.email.md", letter("{{ order.promised_at|date }}"))
    write(folder / "first/hello.email.lv.md", letter("{{ order.promised_at|date }}"))
    step = Step("hello", "hello", timedelta(), ("email",), when="order.promised_at")

    campaign = Campaign("first", "First", EventKind.CONFIRMED, (step,))
    report = check(opened(folder), campaigns=[campaign])

    assert report.problems == []


def test_check_asks_each_channel_whether_it_can_carry_a_text(folder: Path) -> None:
    write(folder / "first/ring.call.txt", letter("Hello", front="voicemail: A long story\n"))
    library = Library(folder, locale="en")

    def objection(text: str, locale: str) -> str:
        return f"it is long for {locale}. Cut it in half." if "long" in text else ""

    problems = check(library, carriers={"call": Carrier(objection), "email": Carrier()}).problems

    (found,) = [problem for problem in problems if "long" in problem.text]
    assert (found.text, found.remedy) == ("it is long for en", "Cut it in half.")
    assert found.is_warning


def test_what_worked_before_the_last_start_is_compiled_only_when_it_is_needed(folder: Path) -> None:
    notebook = Notebook()
    opened(folder, notebook)
    good = [source for name in notebook.names() if (source := notebook.last_good(name))]
    refused_now = [replace(source, text=letter("{{ customer.")) for source in good]  # of the same sha
    library = Library(folder, locale="lv", memory=Notebook(refused_now))

    at_the_start = library.refresh()
    legs = library.legs()
    for _ in good:
        library.warm_up()

    assert at_the_start == []
    assert legs == {("first", "hello", "email")}
    assert len(library.refresh()) == len(good) == 2
