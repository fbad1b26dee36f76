"""A text reads the fields of our own values at once; everybody else's are asked for in the sandbox."""

from dataclasses import fields, is_dataclass

import pytest

from paldies.templates.compiler import compile_note
from paldies.templates.faults import RenderFault
from paldies.templates.generator import OWNERS
from paldies.templates.manuscript import read
from paldies.templates.sandbox import in_html, in_text
from tests.factories import customer, order


def said(body: str, **values: object) -> str:
    sheets = compile_note(read(body, "care/1_hello.sms.txt"))
    given: dict[str, object] = {"order": order(), "customer": customer(), "locale": "en"}
    return sheets.fill(given | values, locale="en").text.strip()


class Stranger:
    """Has fields that are called like ours, and behind one of them what must not be seen."""

    number = "7"
    name = "Mallory"

    @property
    def lines(self) -> object:
        return self._kept

    _kept = (("a", "b"),)


def test_what_is_read_at_once_are_fields_and_nothing_private() -> None:
    kinds = {kind for owners in OWNERS.values() for kind in owners}

    assert all(is_dataclass(kind) for kind in kinds)
    for name, owners in OWNERS.items():
        assert not name.startswith("_")
        for kind in owners:
            is_property = isinstance(vars(kind).get(name), property)
            assert is_property or name in {field.name for field in fields(kind)}


def test_a_stranger_s_value_is_read_as_well() -> None:
    assert (
        said("{{ order.number }}, {{ customer.name }}", order=Stranger(), customer=Stranger()) == "7, Mallory"
    )


@pytest.mark.parametrize(
    ("body", "about", "fault"),
    [
        ("{{ order.number }}", None, "'None' has no attribute 'number'"),
        ("{% set one = order %}{{ one.first_name }}", order(), "has no attribute 'first_name'"),
        ("{% set one = order %}{{ one._kept }}", Stranger(), "'_kept' of 'Stranger' object is unsafe"),
        ("{% for line in order.lines %}{{ line.name }}{% endfor %}", Stranger(), "has no attribute 'name'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_as_ever(body: str, about: object, fault: str) -> None:
    with pytest.raises(RenderFault, match=fault) as raised:
        said("Hello,\n\n" + body, order=about)

    assert raised.value.problem.line == 3


@pytest.mark.parametrize(
    ("value", "html", "text"),
    [
        ("Alice", "Alice", "Alice"),
        ("Bērzs & Co", "Bērzs &amp; Co", "Bērzs & Co"),
        ("<b>", "&lt;b&gt;", "<b>"),
        ("a\x00b\x1ec", "a b c", "a b c"),
        ("48,00\xa0€", "48,00\xa0€", "48,00\xa0€"),
        ("", "", ""),
        ("a&" * 100, "a&amp;" * 100, "a&" * 100),
        (7, "7", "7"),
    ],
)
def test_a_value_is_printed_clean_and_in_html_escaped(value: object, html: str, text: str) -> None:
    assert (in_html(value), in_text(value)) == (html, text)
    assert (in_html(value), in_text(value)) == (html, text)  # what was remembered is the same
