"""What all readers of a text are told alike is written into it, and nobody can tell."""

from datetime import UTC, datetime

import pytest

from paldies.campaigns.facts import Case
from paldies.templates.compiler import compile_note
from paldies.templates.faults import RenderFault
from paldies.templates.manuscript import read
from paldies.templates.renderer import Sheets
from paldies.templates.senders import Sender
from paldies.templates.values import ShopCard

BERZS = ShopCard(name="Bērzs & Co", phone="+371 2000 0000")
ANNA = Sender("anna", "Anna", role="who packs")
MANY = 30


def note(body: str) -> Sheets:
    return compile_note(read(body, "care/1_hello.sms.txt"))


def said(sheets: Sheets, **values: object) -> str:
    given: dict[str, object] = {"shop": BERZS, "sender": ANNA, "locale": "en", "purpose": "service"}
    return sheets.fill(given | values, locale="en").text


def test_the_hundredth_reader_is_told_the_same_as_the_first() -> None:
    sheets = note(
        "{{ sender.name }}{% if sender.role %}, {{ sender.role }}{% endif %} of {{ shop.name }}:"
        " {{ shop.phone|replace(' ', '') }}{% if purpose == 'service' %}, about your order{% endif %}"
        "{% if shop.email %}, {{ shop.email }}{% endif %}."
    )

    told = {said(sheets) for _ in range(MANY)}

    assert told == {"Anna, who packs of Bērzs & Co: +37120000000, about your order.\n"}


def test_another_signer_signs_for_themselves() -> None:
    sheets = note("{{ sender.name }}, {{ shop.name }}")

    by_anna = [said(sheets) for _ in range(MANY)]
    by_boris = [said(sheets, sender=Sender("boris", "Boris")) for _ in range(MANY)]

    assert set(by_anna) == {"Anna, Bērzs & Co\n"}
    assert set(by_boris) == {"Boris, Bērzs & Co\n"}


def test_a_name_that_the_text_gives_a_value_of_its_own_keeps_it() -> None:
    sheets = note("{% set purpose = 'tea' %}{{ purpose }}{% for shop in ['a', 'b'] %}{{ shop }}{% endfor %}")

    told = {said(sheets) for _ in range(MANY)}

    assert told == {"teaab\n"}


def test_a_fault_names_the_line_however_often_the_text_was_filled_in() -> None:
    sheets = note("Hello from {{ shop.name }}.\n\n{{ shop.name|date }}\n")

    faults = []
    for _ in range(MANY):
        with pytest.raises(RenderFault) as raised:
            said(sheets)
        faults.append(str(raised.value))

    assert len(set(faults)) == 1
    assert "care/1_hello.sms.txt" in faults[0] and "line 3" in faults[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{% if purpose == 'service' %}a{% else %}b{% endif %}c", "ac"),
        ("{% if shop.email %}a{% else %}b{% endif %}c", "bc"),
        ("{% if shop.email %}a{% endif %}c", "c"),
        ("{% if shop.email %}a{% elif shop.phone %}b{% else %}c{% endif %}", "b"),
        ("{% if case %}a{% elif shop.email %}b{% elif shop.name %}c{% endif %}d", "cd"),
        ("{% if shop.name %}{% if case %}a{% else %}{% if locale %}b{% endif %}{% endif %}{% endif %}", "b"),
        ("{% if shop.name %}{% set tea = 'x' %}{% endif %}{{ tea }}", "x"),
        ("{% if 'x' * 10 == shop.name %}a{% else %}b{% endif %}", "b"),
        ("{% for one in [1, 2] %}{% if shop.name %}{{ one }}{% endif %},{% endfor %}", "1,2,"),
    ],
)  # fmt: skip
def test_what_is_the_same_for_all_is_decided_once_and_as_ever(body: str, expected: str) -> None:
    sheets = note(body)

    told = {said(sheets, case=None) for _ in range(MANY)}

    assert told == {expected + "\n"}


def test_a_fault_in_what_is_put_out_together_names_its_own_line() -> None:
    sheets = note("{% if shop.name %}\n{{ shop.name }}\n{% endif %}\n{{ case.person }}\n{{ case|date }}\n")

    faults = []
    for _ in range(MANY):
        with pytest.raises(RenderFault) as raised:
            said(sheets, case=Case("Anna", datetime(2026, 11, 24, 12, 0, tzinfo=UTC)))
        faults.append(raised.value.problem.line)

    assert set(faults) == {5}


def test_amounts_and_dates_are_written_as_ever_where_the_locale_is_known() -> None:
    sheets = note("{{ case.answer_by|date }}, {{ case.answer_by|time }}, {{ 1234.5|number }}")
    case = Case("Anna", datetime(2026, 11, 24, 12, 0, tzinfo=UTC))

    told = {said(sheets, case=case, locale=locale) for _ in range(MANY) for locale in ("en", "lv")}

    assert told == {"24 November, 12:00, 1,234.5\n", "24. novembris, 12:00, 1\xa0234,5\n"}
