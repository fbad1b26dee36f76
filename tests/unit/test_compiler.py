"""From Markdown and a frame to sheets that can be filled in."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.templates.compiler import compile_note, compile_page
from paldies.templates.faults import Problem, RenderFault, TemplateFault
from paldies.templates.manuscript import Passage, read
from paldies.templates.renderer import Content
from paldies.templates.values import ShopCard

FRAME = Passage(
    "<!DOCTYPE html><html lang='{{ locale }}'><head><title>{{ subject }}</title><style>"
    "p { color: #123456 } @media (prefers-color-scheme: dark) { p { color: white !important } }"
    "</style></head>"
    "<body><div data-only='html'>{{ preheader }}</div>"
    "<table role='presentation'><tr><td><!-- content --></td></tr></table></body></html>",
    "_layout.email.html",
)


class Person:
    """Stands in for any value that a text is given."""

    def __init__(self, first_name: str = "Alice", **others: object) -> None:
        self.first_name = first_name
        self.name = first_name
        vars(self).update(others)


def letter(body: str, *, subject: str = "Hello", **values: object) -> Content:
    sheets = compile_page(read(f"---\nsubject: {subject}\n---\n{body}", "first/hello.email.md"), FRAME)
    return sheets.fill({"locale": "en", "customer": Person(), **values}, locale="en")


def fault(body: str, *, frame: Passage = FRAME) -> Problem:
    with pytest.raises(TemplateFault) as raised:
        compile_page(read(f"---\nsubject: Hello\n---\n{body}", "first/hello.email.md"), frame)
    return raised.value.problem


def body_of(content: Content) -> str:
    """The HTML between the frame's cell tags, without blanks between elements."""
    inside = content.html.split("<td>", 1)[1].rsplit("</td>", 1)[0]
    return re.sub(r">\s+<", "><", re.sub(r' style="[^"]*"', "", inside)).strip()


def words_of(html: str) -> list[str]:
    """What a reader sees of a page."""
    seen: list[str] = []

    class Eye(HTMLParser):
        def handle_data(self, data: str) -> None:
            seen.extend(data.split())

    Eye().feed(html)
    return seen


def test_a_paragraph_becomes_html_with_its_style_on_it_and_plain_text_beside() -> None:
    content = letter("Dear {{ customer.first_name }},\n\nthank **you**.")

    assert '<p style="color: #123456;">Dear Alice,</p>' in content.html
    assert "<strong>you</strong>" in content.html
    assert content.text == "Dear Alice,\n\nthank you.\n"


def test_dark_mode_survives_the_inlining() -> None:
    content = letter("Hello")

    assert "@media (prefers-color-scheme: dark)" in content.html


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7*7 }}",
        "{% if x %}",
        "<script>alert(1)</script>",
        "*bold* _soft_ `code`",
        "[x](javascript:1)",
        "\"quoted\" & 'so'",
        "# not a heading",
        "xjv0001jx",
        "Борис 🎉 שלום",
        "a" * 300,
    ],
)
def test_whatever_a_customer_is_called_stays_text_in_both_parts(name: str) -> None:
    content = letter(
        "Dear {{ customer.first_name }}!", subject="For {{ customer.first_name }}", customer=Person(name)
    )

    assert content.text == f"Dear {name}!\n"
    assert words_of(body_of(content)) == f"Dear {name}!".split()
    assert content.subject == f"For {name}"
    assert "<script>" not in content.html


GREETING = compile_page(
    read("---\nsubject: Hi {{ customer.first_name }}\n---\nDear {{ customer.first_name }}.", "a/b.email.md"),
    FRAME,
)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf"]), min_size=1, max_size=60))
def test_any_name_at_all_reads_the_same_in_both_parts(name: str) -> None:
    content = GREETING.fill({"locale": "en", "customer": Person(name)}, locale="en")

    assert content.text.split() == words_of(body_of(content)) == f"Dear {name}.".split()
    assert content.subject.split() == f"Hi {name}".split()


def test_line_breaks_and_control_characters_in_a_value_cannot_start_a_new_line() -> None:
    name = "Alice\r\nBcc: mallory@example.com\x00\u202e"

    content = letter(
        "Dear {{ customer.first_name }}.", subject="For {{ customer.first_name }}", customer=Person(name)
    )

    assert content.subject == "For Alice Bcc: mallory@example.com"
    assert content.text == "Dear Alice Bcc: mallory@example.com .\n"
    assert not re.search("[\x00\u202e]", content.html)


def test_a_literal_brace_stays_a_brace() -> None:
    content = letter(r"\{\{ 7 }} and &#123;&#123; 8 }}")

    assert content.text == "{{ 7 }} and {{ 8 }}\n"
    assert "<p>{{ 7 }} and {{ 8 }}</p>" in body_of(content)


def test_html_in_a_text_is_shown_and_not_obeyed() -> None:
    content = letter("1 < 2 <b>bold</b>")

    assert body_of(content) == "<p>1 &lt; 2 &lt;b&gt;bold&lt;/b&gt;</p>"
    assert content.text == "1 < 2 <b>bold</b>\n"


def test_a_single_line_break_is_kept() -> None:
    content = letter("Anna\nCustomer care")

    assert body_of(content).replace("\n", "") == "<p>Anna<br>Customer care</p>"
    assert content.text == "Anna\nCustomer care\n"


def test_an_indented_line_is_no_program_code() -> None:
    content = letter("Hello\n\n    indented")

    assert body_of(content) == "<p>Hello</p><p>indented</p>"


LINES = Person(lines=[Person("Cup|1"), Person("Šalle")])


def test_a_loop_between_list_items_makes_one_list() -> None:
    content = letter(
        "- first\n{% for line in order.lines %}\n- {{ line.name }}\n{% endfor %}\n- last", order=LINES
    )

    assert body_of(content) == "<ul><li>first</li><li>Cup|1</li><li>Šalle</li><li>last</li></ul>"
    assert content.text == "- first\n- Cup|1\n- Šalle\n- last\n"


def test_a_loop_between_table_rows_makes_one_table() -> None:
    content = letter(
        "| You chose | |\n|:--|--:|\n{% for line in order.lines %}\n| {{ line.name }} | 1 |\n"
        "{% endfor %}\n| all | 2 |",
        order=LINES,
    )

    assert body_of(content).count("<table>") == 1
    assert body_of(content).count("<tr>") == 4
    assert content.text == "You chose\nCup|1 | 1\nŠalle | 1\nall | 2\n"


def test_numbers_count_on_through_a_loop_in_both_parts() -> None:
    content = letter(
        "1. first\n{% for line in order.lines %}\n1. {{ line.name }}\n{% endfor %}\n1. last",
        order=LINES,
    )

    assert body_of(content).count("<li>") == 4
    assert content.text == "1. first\n2. Cup|1\n3. Šalle\n4. last\n"


def test_a_condition_chooses_between_list_items() -> None:
    body = (
        "- a\n{% if customer.first_name %}\n- {{ customer.first_name }}\n"
        "{% else %}\n- nobody\n{% endif %}\n- z"
    )

    assert letter(body).text == "- a\n- Alice\n- z\n"
    assert letter(body, customer=Person("")).text == "- a\n- nobody\n- z\n"
    assert body_of(letter(body)) == "<ul><li>a</li><li>Alice</li><li>z</li></ul>"


def test_a_condition_around_a_list_takes_the_list_away_and_leaves_no_gap() -> None:
    body = "Before\n\n{% if customer.first_name %}\n- {{ customer.first_name }}\n{% endif %}\n\nAfter"

    assert letter(body).text == "Before\n\n- Alice\n\nAfter\n"
    assert letter(body, customer=Person("")).text == "Before\n\nAfter\n"
    assert body_of(letter(body, customer=Person(""))) == "<p>Before</p><p>After</p>"


def test_a_loop_within_a_condition_and_an_else_for_none() -> None:
    body = (
        "{% if order %}\n{% for line in order.lines %}\n{{ line.name }}:\n\n- one\n"
        "{% else %}\nNothing.\n{% endfor %}\n{% endif %}\n"
    )

    assert letter(body, order=LINES).text == "Cup|1:\n\n- one\n\nŠalle:\n\n- one\n"
    assert letter(body, order=Person(lines=[])).text == "Nothing.\n"


def test_a_condition_within_a_line() -> None:
    body = "Hello{% if customer.first_name %}, **{{ customer.first_name }}**{% endif %}."

    assert letter(body).text == "Hello, Alice.\n"
    assert body_of(letter(body, customer=Person(""))) == "<p>Hello.</p>"


def test_a_set_value_can_be_used_further_down() -> None:
    content = letter("{% set name = customer.first_name %}\n\nDear {{ name }}")

    assert content.text == "Dear Alice\n"


def test_nested_lists_and_quotes_keep_their_shape_in_plain_text() -> None:
    content = letter("1. a\n   - b\n   - c\n2. d\n\n> said {{ customer.first_name }}\n> twice")

    assert content.text == "1. a\n   - b\n   - c\n2. d\n\n> said Alice\n> twice\n"


def test_a_link_is_written_out_in_plain_text_and_once_if_it_is_its_own_label() -> None:
    shop = ShopCard("Shop", phone="+371 2000", email="a@example.com", url="https://shop.example")

    content = letter(
        "[Look]({{ shop.url }}/a?b=1&c=2), [{{ shop.phone }}](tel:{{ shop.phone|replace(' ', '') }}), "
        "[{{ shop.email }}](mailto:{{ shop.email }})",
        shop=shop,
    )

    assert content.text == "Look <https://shop.example/a?b=1&c=2>, +371 2000, a@example.com\n"
    assert 'href="https://shop.example/a?b=1&amp;c=2"' in content.html
    assert 'href="tel:+3712000"' in content.html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " javascript:x", "data:text/html,x", "/orders", "", "https://a b"]
)
def test_a_value_that_is_no_address_is_refused_as_a_link(address: str) -> None:
    with pytest.raises(RenderFault, match="not an address"):
        letter("[x]({{ unsubscribe_url }})", unsubscribe_url=address)


def test_a_quotation_mark_in_a_link_does_not_end_it() -> None:
    content = letter("[x]({{ unsubscribe_url }})", unsubscribe_url='https://x.example/"onclick="y')

    assert "&#34;onclick=&#34;y" in content.html


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("Hello\n\n{{ customer.first_name ", 6, "never ends"),
        ("Hello\n\n{% if customer.first_name %}\nx", 6, "never ends"),
        ("Hello\n{{ customer.first_name|nice }}", 5, "no filter called 'nice'"),
        ("Hello\n{{ customer.first_name|safe }}", 5, "no filter called 'safe'"),
        ("Hello\n\n{{ custmer.first_name }}", 6, "there is no 'custmer'"),
        ("Hello\n{% if order %}{{ order.totl }}{% endif %}", 5, "there is no 'order.totl'"),
        ("Hello {%- if order %}x{% endif %}", 4, "not needed"),
        ("Hello\n{% include 'secret' %}", 5, "cannot be used"),
        ("{% autoescape false %}{{ customer.first_name }}{% endautoescape %}", 4, "cannot be used"),
        ("{% raw %}{{ x }}{% endraw %}", 4, "cannot be used"),
        ("Hello\nxjv0001jx", 5, "reserved"),
        ("{% if order %}\ntext {% endif %}", 4, "one half"),
        ("text {% if order %}\n\n{% endif %}", 6, "one half"),
        ("- a\n{% if order %}\n- b\n\nouter\n{% endif %}", 5, "in two"),
        ("{% if order %}\na\n{% else %}\n{% endif %}\n{% if order %}\n{% endif %}", 8, "nothing between"),
        ("**{% if order %}x**{% endif %}", 4, "another paragraph"),
        ("| a |\n|--|\n| {% if order %}1 |\n| {% endif %} 2 |", 7, "another paragraph"),
    ],
)
def test_a_mistake_is_reported_with_the_staffs_own_line(body: str, line: int, said: str) -> None:
    problem = fault(body)

    assert (problem.file, problem.line) == ("first/hello.email.md", line)
    assert said in problem.text
    assert problem.remedy


def test_a_near_miss_is_told_what_was_meant() -> None:
    assert fault("{{ customer.frist_name }}").remedy == "Did you mean 'first_name'?"


def test_a_text_without_subject_is_refused() -> None:
    with pytest.raises(TemplateFault, match="no subject"):
        compile_page(read("Hello", "first/hello.email.md"), FRAME)


def test_a_frame_that_has_no_place_for_the_text_is_refused() -> None:
    problem = fault("Hello", frame=Passage("<html></html>", "_layout.email.html"))

    assert problem.file == "_layout.email.html"
    assert "<!-- content -->" in problem.remedy


def test_a_mistake_in_the_frame_is_reported_as_the_frames() -> None:
    problem = fault("Hello", frame=Passage("<p>\n{{ shop.nam }}</p><!-- content -->", "_layout.email.html"))

    assert (problem.file, problem.line) == ("_layout.email.html", 2)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("---\nsubject: a\nsubjct: b\n---\n", 3, "not understood"),
        ("---\nsubject: a\nsubject: b\n---\n", 3, "twice"),
        ("---\nsubject: a\n", 1, "never ends"),
        ("---\nsubject: {{ customer.nme }}\n---\nHello", 2, "there is no 'customer.nme'"),
    ],
)
def test_a_mistake_between_the_dashes_is_reported_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(TemplateFault) as raised:
        compile_page(read(text, "first/hello.email.md"), FRAME)

    assert raised.value.problem.line == line
    assert said in raised.value.problem.text


def test_a_note_is_plain_text_and_its_tag_lines_leave_nothing_behind() -> None:
    note = compile_note(
        read(
            "Hello\n{% if customer.first_name %}\n{{ customer.first_name }} *so*\n{% endif %}\nBye",
            "a/b.sms.txt",
        )
    )

    content = note.fill({"customer": Person("<Al>")}, locale="en")

    assert content.text == "Hello\n<Al> *so*\nBye\n"
    assert content.html == ""


SPOKEN = Passage(
    "Hello from {{ shop.name }}.\n\n<!-- content -->\n\n{% if has_keys %}\nPress 9.\n{% endif %}\n\nGoodbye.",
    "_layout.call.txt",
)


def call(text: str, *, frame: Passage | None = SPOKEN, has_keys: bool = True) -> Content:
    sheets = compile_note(read(text, "first/hello.call.txt"), frame)
    values = {"customer": Person(), "shop": ShopCard("Bērzs"), "has_keys": has_keys}
    return sheets.fill(values, locale="en")


def test_a_frame_for_plain_text_stands_around_it_and_leaves_no_gaps() -> None:
    text = "{% if customer.first_name %}\nOne thing, {{ customer.first_name }}.\n{% endif %}\n"

    with_keys, without = call(text), call(text, has_keys=False)

    assert with_keys.text == "Hello from Bērzs.\n\nOne thing, Alice.\n\nPress 9.\n\nGoodbye.\n"
    assert without.text == "Hello from Bērzs.\n\nOne thing, Alice.\n\nGoodbye.\n"


def test_a_frame_may_stand_on_the_same_line_as_its_text() -> None:
    frame = Passage("{{ shop.name }}: <!-- content -->\n", "_layout.sms.txt")

    assert call("one thing\nis left", frame=frame).text == "Bērzs: one thing\nis left\n"


def test_an_answering_machine_hears_its_own_words_in_the_frame_without_the_keys() -> None:
    content = call("---\nvoicemail: Please, {{ customer.first_name }}: look: a mail.\n---\nOne thing.")

    assert content.voicemail == "Hello from Bērzs.\n\nPlease, Alice: look: a mail.\n\nGoodbye.\n"
    assert "One thing." in content.text and "Please" not in content.text


@pytest.mark.parametrize(
    "front",
    ["", "---\nvoicemail:\n---\n", "---\nvoicemail: {% if not customer.first_name %}Hi{% endif %}\n---\n"],
)
def test_without_words_of_its_own_an_answering_machine_hears_nothing(front: str) -> None:
    assert call(f"{front}One thing.").voicemail == ""


def test_a_frame_for_plain_text_has_one_place_for_it() -> None:
    with pytest.raises(TemplateFault) as raised:
        call("One thing.", frame=Passage("Hello.", "_layout.call.txt"))

    assert raised.value.problem.file == "_layout.call.txt"
    assert "<!-- content -->" in raised.value.problem.remedy


@pytest.mark.parametrize(
    ("text", "frame", "place"),
    [
        (
            "One thing.",
            Passage("Hello.\n{{ shop.nam }}\n<!-- content -->", "_layout.call.txt"),
            ("_layout.call.txt", 2),
        ),
        ("---\nsender: anna\nvoicemail: {{ customer.nme }}\n---\nOne.", SPOKEN, ("first/hello.call.txt", 3)),
    ],
)
def test_a_mistake_around_plain_text_is_reported_where_it_was_made(
    text: str, frame: Passage, place: tuple[str, int]
) -> None:
    with pytest.raises(TemplateFault) as raised:
        call(text, frame=frame)

    assert (raised.value.problem.file, raised.value.problem.line) == place
