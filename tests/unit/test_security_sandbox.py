"""What a text or a condition cannot do, whoever wrote it: break out, run for ever, fill the memory."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from paldies.campaigns.expressions import ExpressionError, check, is_true
from paldies.campaigns.facts import CONDITION_NAMES, Line, Order, condition_values
from paldies.campaigns.money import Money
from paldies.templates.compiler import compile_note
from paldies.templates.faults import Problem, RenderFault, TemplateFault
from paldies.templates.manuscript import Passage, read
from paldies.templates.names import TextName
from paldies.templates.source import make_source
from paldies.templates.text import build
from tests.factories import customer, order

FRAME = Passage("<!-- content -->", "_layout.sms.txt")
SOON = 2.0  # seconds of the processor; the slowest of them takes a tenth of it


def said(body: str, about: Order | None = None) -> str:
    sheets = compile_note(read(body, "first/hello.sms.txt"), FRAME)
    return sheets.fill(
        {"order": about or order(), "customer": customer(), "locale": "en"}, locale="en"
    ).text.strip()


def refused(body: str, about: Order | None = None) -> Problem:
    """What is said about a text that cannot be filled in, or not even be read; in good time."""
    began = time.process_time()
    with pytest.raises((RenderFault, TemplateFault)) as raised:
        said(body, about)
    assert time.process_time() - began < SOON
    return raised.value.problem


ESCAPES = [
    "{{ order.__class__ }}",
    "{{ order['__class__'] }}",
    "{{ order|attr('__class__') }}",
    "{{ ['a']|map(attribute='__class__')|first }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ '{0.__class__}'.format(order) }}",
    "{{ '{0.__class__}'.format_map({'0': order}) }}",
    "{{ '%s'|format(order) }}",
    "{{ order.placed_at.__reduce__() }}",
    "{{ order.total._amount_of(1) }}",
    "{{ order.lines.__len__() }}",
    "{{ range.__globals__ }}",
    "{{ counter().__self__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ loop.__class__ }}",
    "{{ namespace() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ joiner('x') }}",
    "{% include 'paldies.toml' %}",
    "{% import 'os' as os %}",
    "{% extends 'base' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set x %}y{% endset %}",
    "{% autoescape false %}{{ customer.name }}{% endautoescape %}",
    "{{ customer.name|safe }}",
    "{{ order|pprint }}",
    "{{ order.lines|random }}",
]

RUNAWAYS = [
    "{{ range(10**9) }}",
    "{{ range(10**6)|list|length }}",
    "{{ range(0, 10**9, 1)|sum }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in range(900) %}{% for j in range(900) %}{{ i * j }}{% endfor %}{% endfor %}",
    "{% for i in range(100) %}{% for j in 'x' * 100 %}{{ j }}{% endfor %}{% endfor %}",
    "{% for i in range(4000) %}{{ range(4000)|join }}{% endfor %}",
    "{% for i in [[1], [2]] recursive %}{{ loop([i]) }}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [0] * 10**9 }}",
    "{{ (1, 2) * 10**9 }}",
    "{{ 10**(10**10) }}",
    "{{ (2**9999) * (2**9999) }}",
    "{{ 2 ** -(10**9) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (10**9, 1) }}",
    "{{ '%.1000000000f' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w='1000000000') }}",
    "{{ 'a'|center(10**9) }}",
    "{{ ['a', 'b']|map('center', 10**9)|join }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ '\t'.expandtabs(10**9) }}",
    "{{ (1).to_bytes(10**9, 'big')|length }}",
    "{{ 'a'|indent(10**9, true) }}",
    "{{ [1]|batch(10**9, 'x')|list|length }}",
    "{{ [1]|slice(10**9)|list|length }}",
    "{{ ('a' * 999999)|replace('a', 'b' * 999999) }}",
    "{{ ('a' * 999999).replace('a', 'b' * 999999) }}",
    "{{ ('x' * 9999).join(range(4000)|map('string')) }}",
    "{{ range(4000)|join('x' * 9999) }}",
    "{% set a = 'x' * 999999 %}" + "{% set a = a + a %}" * 30 + "{{ a }}",
    "{% set a = 'x' * 999999 %}" + "{% set a = a ~ a %}" * 30 + "{{ a }}",
    "{% for i in range(4000) %}{{ 'x' * 999999 }}{% endfor %}",
]

DEEP = [
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "not " * 5000 + "1 }}",
    "{% if 1 %}" * 500 + "x" + "{% endif %}" * 500,
    "{{ 'a'" + "|upper" * 5000 + " }}",
]


@pytest.mark.parametrize("body", ESCAPES)
def test_nobody_gets_out_of_a_text(body: str) -> None:
    assert refused(body).remedy


@pytest.mark.parametrize("body", RUNAWAYS, ids=lambda body: body[:60])
def test_a_text_that_would_never_end_is_refused_in_good_time(body: str) -> None:
    problem = refused(body)

    assert problem.file == "first/hello.sms.txt"
    assert problem.remedy


@pytest.mark.parametrize("body", DEEP, ids=lambda body: body[:20])
def test_a_text_that_is_nested_too_deeply_is_refused_as_a_whole(body: str, tmp_path: Path) -> None:
    source = make_source(
        TextName("first", "hello", "sms", "en"), body, layout="", senders="{}", attachments=()
    )

    with pytest.raises(TemplateFault, match="cannot be turned into a message"):
        build(source, "first/hello.sms.txt", folder=tmp_path)


@pytest.mark.parametrize(
    "condition", ["(" * 5000 + "1" + ")" * 5000, "not " * 5000 + "1", "1" + "|abs" * 5000]
)
def test_a_condition_that_is_nested_too_deeply_is_none(condition: str) -> None:
    with pytest.raises(ExpressionError, match="nested too deeply"):
        check(condition, CONDITION_NAMES)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{% for i in range(1, 4) %}{{ i }}{% endfor %}", "123"),
        ("{% for line in order.lines %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/2 2/2"),
        ("{% for a in 'ab' %}{% for b in [1, 2] if b > 1 %}{{ a ~ b }}{% endfor %}{% endfor %}", "a2b2"),
        ("{% for line in [] %}{{ line }}{% else %}none{% endfor %}", "none"),
        ("{% for x in order.lines|map(attribute='name') %}{{ x }},{% endfor %}", "Tea,Towel,"),
        ("{{ order.lines|map(attribute='name')|join(' & ') }}", "Tea & Towel"),
        ("{{ '-' * 20 }}", "-" * 20),
        ("{{ '%02d:%s' % (7, 'x') }}", "07:x"),
        ("{{ 2 ** 10 + 3 * 4 }}", "1036"),
        ("{{ customer.name.upper().split(' ')|first }}", "ALICE"),
        ("{{ customer.phone.replace('+', '00') }}", "0037120000001"),
        ("{{ 'ab'|center(6)|replace(' ', '.') }}", "..ab.."),
        ("{{ 2.5|round|int }}", "2"),
    ],
)  # fmt: skip
def test_what_texts_usually_do_is_still_done(body: str, expected: str) -> None:
    euro = Money(Decimal(5), "EUR")
    lines = tuple(Line("A", name, Decimal(1), euro) for name in ("Tea", "Towel"))

    assert said(body, order(lines=lines)) == expected


def test_the_fault_names_the_line_and_what_to_do() -> None:
    problem = refused("Hello,\n\nfirst\n{{ 'a' * 10**9 }}\n")

    assert (problem.file, problem.line) == ("first/hello.sms.txt", 4)
    assert problem.text == "{{ 'a' * 10**9 }}: it would become longer than 1,000,000 letters"
    assert problem.remedy == "Use smaller numbers, or shorter words."


def test_such_a_text_is_refused_when_it_is_edited(tmp_path: Path) -> None:
    body = "Hello.\n{% if customer.order_count > 1 %}{{ range(10**9)|join }}{% endif %}\n"
    source = make_source(
        TextName("first", "hello", "sms", "en"), body, layout="", senders="{}", attachments=()
    )

    with pytest.raises(TemplateFault) as refused:
        build(source, "first/hello.sms.txt", folder=tmp_path)

    assert (refused.value.problem.file, refused.value.problem.line) == ("first/hello.sms.txt", 2)
    assert refused.value.problem.remedy == "Let the loop end sooner, or leave it out."


def test_an_order_with_more_lines_than_anybody_reads_waits_for_a_person() -> None:
    body = "{% for line in order.lines %}{{ line.name }}{% endfor %}"
    line = Line("A", "Tea", Decimal(1), Money(Decimal(5), "EUR"))

    assert said(body, order(lines=(line,) * 10_000)) == "Tea" * 10_000
    assert "more than 10,000 rounds" in refused(body, order(lines=(line,) * 10_001)).text


def test_every_message_has_all_of_its_rounds() -> None:
    sheets = compile_note(read("{% for i in range(4000) %}.{% endfor %}", "first/hello.sms.txt"), FRAME)

    lengths = {len(sheets.fill({"locale": "en"}, locale="en").text.strip()) for _ in range(3)}

    assert lengths == {4000}


CONDITIONS = [
    "10**(10**10) > 1",
    "'a' * 10**9 == 'b'",
    "range(10**9)|list|length > 1",
    "order.total > 10**(10**10)",
    "order.todo|center(10**9) == ''",
    "order.todo ~ 'x' * 10**7",
    "customer.name.ljust(10**9) == ''",
    "'{:1000000000}'.format(1) == ''",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_that_would_never_end_is_refused_in_good_time(condition: str) -> None:
    began = time.process_time()

    with pytest.raises(ExpressionError, match=r"\. (Use|Write|Let) "):
        is_true(condition, condition_values(order(), customer()))

    assert time.process_time() - began < SOON


@pytest.mark.parametrize("condition", CONDITIONS[:4])
def test_such_a_condition_is_refused_where_it_is_written(condition: str) -> None:
    with pytest.raises(ExpressionError, match=r"\. (Use|Let) "):
        check(condition, CONDITION_NAMES)


@pytest.mark.parametrize("condition", ["order.__class__", "order|attr('__class__')", "lipsum.__globals__"])
def test_nobody_gets_out_of_a_condition(condition: str) -> None:
    with pytest.raises(ExpressionError):
        is_true(condition, condition_values(order(), customer()))
