"""A text worded by hand for one customer says what the person wrote, and nothing that they wrote is a tag."""

from pathlib import Path

import pytest

from paldies.campaigns.facts import Customer
from paldies.templates import samples
from paldies.templates.bundled import bundled_templates
from paldies.templates.by_hand import Wording, filled_in
from paldies.templates.library import Library
from paldies.templates.renderer import Content
from paldies.templates.text import Text

LETTER = "---\nsubject: Thanks, {{ customer.first_name }}\nsender: anna\n---\n{body}\n"


def library_with(folder: Path, body: str) -> tuple[Library, Text]:
    """One letter, in the frame that is shipped."""
    (folder / "hello").mkdir()
    for file in bundled_templates().iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "hello/1_thanks.email.md").write_text(LETTER.replace("{body}", body))
    library = Library(folder, locale="en")
    assert library.refresh() == []
    text = library.find("hello", "1_thanks", "email", [])
    assert text
    return library, text


def wording_of(library: Library, text: Text) -> Wording:
    source = library.source_of(text)
    assert source
    return filled_in(source, text, samples.values(samples.COMPLETE), locale="en", sender="")


def read(library: Library, text: Text, wording: Wording) -> Content:
    return library.reworded(text, wording).render(samples.values(samples.COMPLETE), locale="en")


def test_what_nobody_changes_reads_as_it_would_have(tmp_path: Path) -> None:
    body = (
        "Dear **{{ customer.first_name }}**,\n\n{% if order.todo %}\nYou have: {{ order.todo }}.\n{% endif %}"
    )
    library, text = library_with(tmp_path, body)

    wording = wording_of(library, text)

    plain = text.render(samples.values(samples.COMPLETE), locale="en")
    again = read(library, text, wording)
    assert wording.subject == "Thanks, Alise"
    assert wording.body.startswith("Dear **Alise**,\n\nYou have: Choose the parcel locker")
    assert (again.subject, again.text) == (plain.subject, plain.text)
    assert again.html == plain.html


def test_one_changed_sentence_is_what_the_customer_reads(tmp_path: Path) -> None:
    library, text = library_with(tmp_path, "Dear {{ customer.first_name }}.")

    content = read(library, text, Wording("For *you*", "Your grey towels are on *my* desk."))

    assert content.subject == "For *you*"
    assert "Your grey towels are on my desk." in content.text
    assert "<em>my</em>" in content.html


@pytest.mark.parametrize(
    "sly", ["{{ customer.email }}", "{% if x %}", "{# note #}", "{ {", '"quoted"', "a: b"]
)
def test_nothing_that_is_written_by_hand_is_a_tag(tmp_path: Path, sly: str) -> None:
    library, text = library_with(tmp_path, "Dear {{ customer.first_name }}.")

    content = read(library, text, Wording(sly, f"Look: {sly}"))

    assert content.subject == sly
    assert f"Look: {sly}" in content.text
    assert "alise@example.com" not in content.html


@pytest.mark.parametrize(
    "name", ["*Star*", "[here](https://evil.example)", "_x_", "`tick`", "A &amp; B", "~~no~~"]
)
def test_signs_in_a_value_stay_signs(tmp_path: Path, name: str) -> None:
    library, text = library_with(tmp_path, "Dear {{ customer.first_name }}.")
    source = library.source_of(text)
    assert source
    person = samples.values(samples.COMPLETE) | {"customer": Customer(first_name=name)}

    wording = filled_in(source, text, person, locale="en", sender="")
    content = library.reworded(text, wording).render(person, locale="en")

    assert f"Dear {name}." in content.text
    assert content.html == text.render(person, locale="en").html
