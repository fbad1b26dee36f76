"""A corpus of mistakes that people make in texts: each is caught, with its file, its line and a remedy."""
# ruff: noqa: E501 - the corpus is a table

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from paldies.campaigns.money import Money
from paldies.channels import TRAITS
from paldies.cli.text_check import carriers
from paldies.outbox.drafts import read_drafts
from paldies.settings import Settings
from paldies.templates import samples
from paldies.templates.bundled import bundled_templates
from paldies.templates.faults import Problem
from paldies.templates.library import Library
from paldies.templates.lint import check
from paldies.templates.samples import Sample

LETTER = "first_day/1_right_choice.email.md"
TEXT = "first_day/2_reminder.sms.txt"
CALL = "first_day/2_reminder.call.txt"
PLAN = "first_day/campaign.toml"
FRAME = "_layout.email.html"
BODY = 6  # the line of a letter's first words
CARRIERS = carriers(Settings(), TRAITS)


@dataclass(frozen=True)
class Shop:
    """A folder with the shipped texts, in which somebody makes a mistake."""

    folder: Path

    def write(self, file: str, content: str | bytes) -> None:
        path = self.folder / file
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def change(self, file: str, old: str, new: str) -> None:
        source = (self.folder / file).read_text("utf-8")
        assert old in source, f"{file} has no {old!r}"
        self.write(file, source.replace(old, new, 1))

    def letter(self, body: str, *, front: str = "subject: Your order", file: str = LETTER) -> None:
        """The body begins on line 6."""
        self.write(file, f"---\n{front}\n---\n# Hello\n\n{body}\n")

    def checked(self, *real: Sample) -> list[Problem]:
        """What is wrong with the texts, and with the plans."""
        library = Library(self.folder, locale="en")
        library.refresh()
        texts = {(text.name.campaign, text.name.step, text.name.channel) for text in library.texts()}
        drafts = read_drafts(self.folder, TRAITS, texts)
        report = check(
            library,
            campaigns=[draft.campaign for draft in drafts.good],
            carriers=CARRIERS,
            real=real,
        )
        return report.problems + [_of_a_plan(said) for said in drafts.problems]


def _of_a_plan(said: str) -> Problem:
    """A plan's problem names its place itself: `first_day/campaign.toml:3: …`."""
    file, line, text = said.split(":", 2)
    return Problem(file, int(line) if line.isdecimal() else None, text, text.rpartition(":")[2])


FRAME_TEXT = """<!DOCTYPE html>
<html lang="{{ locale }}">
<head><title>{{ subject }}</title>
<style>
  .sheet { color: #2b2622; background-color: #fffdf9; }
  .sheet a { color: #8f3f1d; }
  @media (prefers-color-scheme: dark) {
    .sheet { color: #ece5db !important; background-color: #24201c !important; }
    .sheet a { color: #eba57f !important; }
  }
</style>
</head>
<body>
<div style="display: none" data-only="html">{{ preheader }}</div>
<div class="sheet">
<!-- content -->
<p><!-- phrase: why --></p>
{% if unsubscribe_url %}<p><a href="{{ unsubscribe_url }}">Stop</a></p>{% endif %}
</div>
</body>
</html>
"""
PLAN_TEXT = """title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "20m"
channels = ["email"]
purpose = "service"

[[steps]]
name = "2_reminder"
after = "16h"
channels = ["call", "sms"]
purpose = "service"

[[steps]]
name = "3_thank_you"
after = "20h"
channels = ["email"]
purpose = "promotional"
sender = "anna"
"""
HELLO = "---\nsubject: {}\n---\n# {}\n\n{{{{ shop.name }}}}"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Small, so that a hundred mistakes are made in a few seconds; nothing is wrong with it."""
    tmp_path.joinpath("first_day").mkdir()
    shop = Shop(tmp_path)
    shop.write(FRAME, FRAME_TEXT)
    shop.write("_layout.phrases.toml", '[en]\nwhy = "You bought."\n\n[lv]\nwhy = "Jūs pirkāt."\n')
    shop.write("senders.toml", '# People who sign.\n[anna]\nname = "Anna"\n')
    shop.write(PLAN, PLAN_TEXT)
    for tag, hello in (("", "Hello"), (".lv", "Labdien"), (".ru", "Здравствуйте")):
        shop.write(f"first_day/1_right_choice.email{tag}.md", HELLO.format(hello, hello))
        shop.write(f"first_day/2_reminder.call{tag}.txt", hello)
        shop.write(f"first_day/2_reminder.sms{tag}.txt", hello)
        shop.write(
            f"first_day/3_thank_you.email{tag}.md", f"{HELLO.format(hello, hello)}\n\n{{{{ sender.name }}}}"
        )
    return shop


def test_a_shop_without_mistakes_hears_of_none(shop: Shop) -> None:
    assert shop.checked() == []


def test_the_shipped_texts_raise_no_eyebrow(tmp_path: Path) -> None:
    shutil.copytree(bundled_templates(), tmp_path / "texts")

    found = Shop(tmp_path / "texts").checked()

    assert [str(problem) for problem in found if problem.level != "note"] == []


Mistake = Callable[[Shop], None]


@dataclass(frozen=True)
class Seeded:
    """What somebody does, and what they are told: where, and a word of what and of the remedy."""

    name: str
    make: Mistake
    file: str
    line: int
    said: str
    remedy: str


def body(words: str) -> Mistake:
    return lambda shop: shop.letter(words)


def front(words: str) -> Mistake:
    return lambda shop: shop.letter("Thank you.", front=words)


CORPUS = [
    # names and values
    Seeded("misspelt variable", body("{{ order.nunber }}"), LETTER, BODY, "order.nunber", "'number'"),
    Seeded("misspelt name", body("{{ custommer.name }}"), LETTER, BODY, "custommer", "'customer'"),
    Seeded("misspelt in the subject", front("subject: {{ order.numbr }}"), LETTER, 2, "order.numbr", "'number'"),
    Seeded("value that may be missing", body("{{ order.promised_at|date }}"), LETTER, BODY, "no date", "{% if"),
    Seeded("value without a form", body("{{ order.placed_at }}"), LETTER, BODY, "cannot be printed", "|date"),
    Seeded("whole order printed", body("{{ order }}"), LETTER, BODY, "cannot be printed", "order.number"),
    Seeded("wrong filter", body("{{ order.placed_at|dat }}"), LETTER, BODY, "'dat'", "'date'"),
    Seeded("filter of another kind", body("{{ order.total|date }}"), LETTER, BODY, "not a date", "placed_at"),
    Seeded("money of a name", body("{{ customer.first_name|money }}"), LETTER, BODY, "not an amount", "|money"),
    Seeded("unescaping", body("{{ customer.first_name|safe }}"), LETTER, BODY, "'safe'", "Take it out"),
    Seeded("private name", body("{{ order.__class__ }}"), LETTER, BODY, "__class__", "Known are"),
    # blocks and braces
    Seeded("unclosed block", body("{% if order.todo %}\nSoon."), LETTER, BODY, "if", "braces"),
    Seeded("block closed twice", body("Hello {% endif %}"), LETTER, BODY, "endif", "braces"),
    Seeded("blocks crossed", body("{% for l in order.lines %}{% endif %}"), LETTER, BODY, "endif", "braces"),
    Seeded("brace too few at the end", body("{{ order.number }"), LETTER, BODY, "'}'", "braces"),
    Seeded("brace too few at the start", body("{ order.number }}"), LETTER, BODY, "brace is missing", "{{ … }}"),
    Seeded("single braces", body("Dear {customer.first_name},"), LETTER, BODY, "brace is missing", "{{ … }}"),
    Seeded("value never closed", body("{{ order.number"), LETTER, BODY, "end", "braces"),
    Seeded("block without percent", body("{% if order.todo }x{% endif %}"), LETTER, BODY, "'}'", "braces"),
    Seeded("half a block", body("if order.todo %}x"), LETTER, BODY, "brace is missing", "{% … %}"),
    Seeded("forbidden block", body("{% include 'x' %}"), LETTER, BODY, "cannot be used", "Use if"),
    Seeded("block across a list", body("- a\n{% if order.todo %}\n- b\n\nEnd.\n{% endif %}"), LETTER, 7, "", ""),
    Seeded("block that ends far below", body("{% if order.todo %}\n\nA {% if order.tags %}b{% endif %}"), LETTER, BODY, "{% if order.todo %} never ends", "{% endif %}"),
    Seeded("loop never ends", body("{% for l in order.lines %}\n\n{{ l.name }}"), LETTER, BODY, "never ends", "{% endfor %}"),
    Seeded("value never closed before the next", body("{{ order.number\n\nSoon, {{ shop.name }}"), LETTER, BODY, "{{ order.number never ends", "}}"),
    Seeded("else of nothing", body("A\n{% else %}b"), LETTER, BODY + 1, "nothing has begun", "{% if"),
    Seeded("elseif", body("{% if order.todo %}a{% elseif order.tags %}b{% endif %}"), LETTER, BODY, "elseif", "'elif'"),
    Seeded("end if in two words", body("{% if order.todo %}a{% end if %}"), LETTER, BODY, "end if", "'endif'"),
    Seeded("macro", body("{% macro hi(n) %}Hi {{ n }}{% endmacro %}"), LETTER, BODY, "cannot be used", "Use if"),
    Seeded("one equals sign", body("{% if order.number = '1' %}a{% endif %}"), LETTER, BODY, "one = compares", "=="),
    Seeded("quotation never closed", body("{{ 'abc }}"), LETTER, BODY, "quotation mark", "once more"),
    Seeded("curly quotes within braces", body("{% if order.shop == “store” %}a{% endif %}"), LETTER, BODY, "“ is no quotation", "'"),
    Seeded("comment never closed", body("{# to do\n\nHello"), LETTER, BODY, "{# never ends", "#}"),
    Seeded("sign within braces", body("{{ order.number § }}"), LETTER, BODY, "§ is not understood", "Take it out"),
    Seeded("two words in braces", body("{{ order number }}"), LETTER, BODY, "not understood", "braces"),
    # what hangs on what
    Seeded("misspelt behind a part", body("{{ order.total.amout }}"), LETTER, BODY, "order.total.amout", "'amount'"),
    Seeded("misspelt behind a moment", body("{{ order.placed_at.yaer }}"), LETTER, BODY, "order.placed_at.yaer", "'year'"),
    Seeded("misspelt of the first line", body("{{ order.lines[0].nme }}"), LETTER, BODY, "order.lines[…].nme", "'name'"),
    Seeded("misspelt in brackets", body("{{ order['numbr'] }}"), LETTER, BODY, "order.numbr", "'number'"),
    Seeded("filter misspelt where few go", body("{% if order.rating == 2 %}{{ order.total|mony }}{% endif %}"), LETTER, BODY, "'mony'", "'money'"),
    Seeded("test misspelt", body("{% if order.todo is definedd %}a{% endif %}"), LETTER, BODY, "test called 'definedd'", "'defined'"),
    Seeded("date told how", body("{{ order.placed_at|date('%d.%m.%Y') }}"), LETTER, BODY, "nothing in brackets", "|date alone"),
    Seeded("letters of a name listed", body("{{ customer.first_name|listed }}"), LETTER, BODY, "is not a list", "order.tags"),
    Seeded("amount beside a word", body("{% if order.total > '20' %}a{% endif %}"), LETTER, BODY, "two things are compared", "a number"),
    Seeded("a word that is called", body("{{ order.number() }}"), LETTER, BODY, "in brackets", "( )"),
    # loops
    Seeded("empty loop", body("a {% for l in order.lines %}{% endfor %}"), LETTER, BODY, "nothing between", "Write"),
    Seeded("loop over nothing", body("{% for l in [] %}a{% endfor %}"), LETTER, BODY, "empty list", "order.lines"),
    Seeded(
        "loop over a word", body("{% for l in order.todo %}a{{ l }}{% endfor %}"), LETTER, BODY, "no list", "order.tags"
    ),
    Seeded("loop over a moment", body("{% for l in order.placed_at %}a{% endfor %}"), LETTER, BODY, "no list", "lines"),
    Seeded(
        "loop that may be empty",
        body("You bought: {% for l in order.lines %}{{ l.name }} {% endfor %}"),
        LETTER, BODY, "may have no lines", "{% if order.lines %}",
    ),
    Seeded("misspelt list", body("{% for l in order.line %}a{% endfor %}"), LETTER, BODY, "order.line", "'lines'"),
    Seeded(
        "misspelt in a loop", body("{% for l in order.lines %}{{ l.nam }}{% endfor %}"), LETTER, BODY, "no 'l.nam'", "'name'"
    ),
    # front matter
    Seeded("unknown key on top", front("subjet: Hello"), LETTER, 2, "subjet", "subject:"),
    Seeded("no colon on top", front("subject Hello"), LETTER, 2, "not understood", "subject:"),
    Seeded("subject twice", front("subject: A\nsubject: B"), LETTER, 3, "twice", "Remove"),
    Seeded("no subject", front("preheader: Hello"), LETTER, 1, "no subject", "subject: …"),
    Seeded("empty subject", front("subject:"), LETTER, 1, "no subject", "subject: …"),
    Seeded("front matter never ends", lambda s: s.write(LETTER, "---\nsubject: Hi\nHello"), LETTER, 3, "", "subject:"),
    Seeded("fence never ends", lambda s: s.write(LETTER, "---\nsubject: Hi\n"), LETTER, 1, "never ends", "---"),
    Seeded("front matter too late", lambda s: s.write(LETTER, "\n---\nsubject: Hi\n---\nx"), LETTER, 1, "", "subject"),
    Seeded("unknown sender", front("subject: Hi\nsender: zoe"), LETTER, 3, "'zoe'", "anna"),
    Seeded("attachment not there", front("subject: Hi\nattach: a.pdf"), LETTER, 3, "'a.pdf'", "beside the text"),
    Seeded("voicemail in a letter", front("subject: Hi\nvoicemail: Hello"), LETTER, 3, "answering machine", "call"),
    Seeded("subject too long", front(f"subject: {'long ' * 13}"), LETTER, 2, "64 characters", "60"),
    Seeded("subject empty for some", front("subject: {{ customer.first_name }}"), LETTER, 2, "empty", "never is"),
    # what customers would see
    Seeded("HTML in a text", body("Hello <b>{{ customer.name }}</b>"), LETTER, BODY, "<b>", "**bold**"),
    Seeded(
        "HTML in a name",
        lambda s: s.change("senders.toml", '"Anna"', '"<b>Anna</b>"'),
        "senders.toml", 3, "<b>", "without HTML",
    ),
    Seeded("ISO date", body("It comes on 2026-11-23."), LETTER, BODY, "2026-11-23", "|date"),
    Seeded("date with dots in English", body("It comes on 23.11.2026."), LETTER, BODY, "23.11.2026", "|date"),
    Seeded(
        "English month in Latvian",
        lambda s: s.letter("Piegāde 23 November.", file="first_day/1_right_choice.email.lv.md"),
        "first_day/1_right_choice.email.lv.md", BODY, "23 November", "|date",
    ),
    Seeded(
        "slashes in Russian",
        lambda s: s.letter("Доставка 11/23/2026.", file="first_day/1_right_choice.email.ru.md"),
        "first_day/1_right_choice.email.ru.md", BODY, "11/23/2026", "|date",
    ),
    Seeded("month before the day", lambda s: s.letter("Piegāde December 24.", file="first_day/1_right_choice.email.lv.md"), "first_day/1_right_choice.email.lv.md", BODY, "December 24", "|date"),
    Seeded("hours of twelve in Russian", lambda s: s.letter("До 5:30 PM.", file="first_day/1_right_choice.email.ru.md"), "first_day/1_right_choice.email.ru.md", BODY, "5:30 PM", "|date"),
    Seeded("attachment without content", lambda s: (s.write("first_day/a.pdf", b""), s.letter("Hi", front="subject: Hi\nattach: a.pdf")), LETTER, 3, "is empty", "once more"),
    Seeded("selling in another case", lambda s: s.letter("Jūsu atlaižu kods.", file="first_day/1_right_choice.email.lv.md"), "first_day/1_right_choice.email.lv.md", BODY, "'atlaižu' sells", "promotional"),
    Seeded("date by hand", body("{{ order.placed_at.strftime('%m/%d') }}"), LETTER, BODY, "strftime", "|date"),
    Seeded("day by hand", body("{{ order.placed_at.day }}."), LETTER, BODY, "placed_at.day", "|date"),
    Seeded("amount by hand", body("In total {{ order.total }}."), LETTER, BODY, "every language", "|money"),
    Seeded("link over http", body("[us](http://berzs.example)"), LETTER, BODY, "not secure", "https://"),
    Seeded("link to nowhere", body("[us](/orders)"), LETTER, BODY, "leads nowhere", "https://"),
    Seeded("link without a scheme", body("[us](www.berzs.example)"), LETTER, BODY, "leads nowhere", "https://"),
    Seeded("link written out over http", body("See http://berzs.example/x."), LETTER, BODY, "link http://berzs.example/x is", "https://"),
    Seeded("link over http in a text message", lambda s: s.write(TEXT, "Your order:\nhttp://berzs.example"), TEXT, 2, "not secure", "https://"),
    Seeded("link to nothing", body("a\n[us]()"), LETTER, BODY + 1, "leads nowhere", "https://"),
    Seeded("mail to nobody", body("[us](mailto:berzs.example)"), LETTER, BODY, "leads nowhere", "mailto:"),
    Seeded("telephone without a number", body("[us](tel:office)"), LETTER, BODY, "leads nowhere", "tel:"),
    Seeded("picture over http", body("![Tea](http://berzs.example/a.png)"), LETTER, BODY, "cannot show", "https://"),
    Seeded("picture beside the text", body("![Tea](tea.png)"), LETTER, BODY, "cannot show the picture 'tea.png'", "https://"),
    Seeded("picture without words", body("![](https://berzs.example/a.png)"), LETTER, BODY, "picture", "![A cup"),
    Seeded("selling in a service letter", body("A discount for you."), LETTER, BODY, "'discount' sells", "promotional"),
    Seeded(
        "selling in Latvian",
        lambda s: s.letter("Jums ir atlaide.", file="first_day/1_right_choice.email.lv.md"),
        "first_day/1_right_choice.email.lv.md", BODY, "'atlaide' sells", "promotional",
    ),
    Seeded(
        "selling in Russian",
        lambda s: s.letter("Для Вас скидка.", file="first_day/1_right_choice.email.ru.md"),
        "first_day/1_right_choice.email.ru.md", BODY, "'скидка' sells", "promotional",
    ),
    Seeded("bold that never ends", body("This is **bold and goes on."), LETTER, BODY, "read ** as", "Close it"),
    Seeded("link that never ends", body("See [us](https://berzs.example and more."), LETTER, BODY, "](https://berzs.example", "Close it"),
    Seeded("blank within a link", body("See [us] (https://berzs.example)."), LETTER, BODY, "] (https://berzs.example", "Close it"),
    Seeded("link to a program", body("[us](javascript:alert(1))"), LETTER, BODY, "](javascript:alert(1", "Close it"),
    Seeded("Markdown in a text message", lambda s: s.write(TEXT, "**Hello** there"), TEXT, 1, "read ** as", "plain words"),
    Seeded("link behind words in a text message", lambda s: s.write(TEXT, "See [us](https://a.example)."), TEXT, 1, "](https://a.example", "plain words"),
    Seeded("Markdown that is read out", lambda s: s.write(CALL, "Hello.\n\n**Please** come."), CALL, 3, "read ** as", "plain words"),
    Seeded("entity in a text message", lambda s: s.write(TEXT, "Bread &amp; butter"), TEXT, 1, "&amp;", "sign itself"),
    Seeded("entity in a subject", front("subject: Bread &amp; butter"), LETTER, 2, "&amp;", "sign itself"),
    Seeded("address that is read out", lambda s: s.write(CALL, "Hello.\nSee https://berzs.example/x."), CALL, 2, "nobody can write down", "e-mail"),
    Seeded("subject of a text message", lambda s: s.write(TEXT, "---\nsubject: Hi\n---\nHello"), TEXT, 2, "without subject", "Take the line out"),
    Seeded("attachment to a text message", lambda s: s.write(TEXT, "---\nattach: campaign.toml\n---\nHello"), TEXT, 2, "without attach", "Take the line out"),
    Seeded("letter without words", lambda s: s.write(LETTER, "---\nsubject: Hi\n---\n\n"), LETTER, 4, "nothing is said", "Write something"),
    Seeded("empty text message", lambda s: s.write(TEXT, ""), TEXT, 1, "nothing is said", "remove the file"),
    Seeded("words for some orders alone", lambda s: s.write(TEXT, "{% if order.todo %}Please come.{% endif %}"), TEXT, 1, "nothing is said", "always stands there"),
    # telephones
    Seeded("call too long", lambda s: s.write(CALL, f"Hello. {'Very long. ' * 90}"), CALL, 1, "seconds to say", "Short"),
    Seeded("text of many parts", lambda s: s.write(TEXT, "word " * 130), TEXT, 1, "as 5 messages", "Short"),
    Seeded("one dear letter", lambda s: s.write(TEXT, "your order ✓ is ready"), TEXT, 1, "'✓' (U+2713)", "plain"),
    Seeded("Markdown heading for a telephone", lambda s: s.write(TEXT, "<b>order</b>"), TEXT, 1, "<b>", "plain words"),
    # the frame
    Seeded(
        "faint colour",
        lambda s: s.change(FRAME, "color: #2b2622", "color: #bbbbbb"),
        FRAME, 5, "#bbbbbb on #fffdf9 is hard to read", "darker",
    ),
    *(
        Seeded(f"faint {colour}", lambda s, colour=colour: s.change(FRAME, "color: #2b2622", f"color: {colour}"), FRAME, 5, f"{colour} on", "darker")  # type: ignore[misc]
        for colour in ("lightyellow", "#eeef", "rgb(90% 90% 90%)", "rgba(0,0,0,.15)", "hsl(40,20%,88%)", "hwb(40 85% 10%)", "transparent")
    ),
    *(
        Seeded(f"strange {colour}", lambda s, colour=colour: s.change(FRAME, "color: #2b2622", f"color: {colour}"), FRAME, 5, colour, "#rrggbb")  # type: ignore[misc]
        for colour in ("gren", "#12345", "oklch(90% 0.02 80)", "var(--ink)", "color-mix(in srgb, white 90%, black)")
    ),
    Seeded(
        "faint colour in the dark",
        lambda s: s.change(FRAME, "color: #ece5db !important", "color: #555044 !important"),
        FRAME, 8, "in dark mode", "lighter",
    ),
    Seeded(
        "no way out",
        lambda s: s.change(FRAME, "{% if unsubscribe_url %}<p>", "{% if unsubscribe_url and false %}<p>"),
        FRAME, 16, "no way out", "unsubscribe_url",
    ),
    Seeded(
        "picture in the frame without words",
        lambda s: s.change(FRAME, "<!-- content -->", '<!-- content --><img src="https://a.example/l.png">'),
        FRAME, 16, "picture", "alt=",
    ),
    Seeded(
        "link that the text lacks",
        lambda s: s.change(
            FRAME, "<!-- content -->", '<!-- content --><p data-only="html"><a href="https://a.example/">A</a></p>'
        ),
        FRAME, 16, "not in the plain text", "data-only",
    ),
    Seeded(
        "number that the text lacks",
        lambda s: s.change(FRAME, "<!-- content -->", '<!-- content --><p data-only="html">Room 4711</p>'),
        FRAME, 16, "the number 4711", "data-only",
    ),
    Seeded("rule not closed", lambda s: s.change(FRAME, "#fffdf9; }", "#fffdf9;"), FRAME, 5, ".sheet { is not closed", "its }"),
    Seeded("last rule not closed", lambda s: s.change(FRAME, "  }\n</style>", "</style>"), FRAME, 7, "@media (prefers-color-scheme: dark) { is not closed", "its }"),
    Seeded("closed twice", lambda s: s.change(FRAME, "#8f3f1d; }", "#8f3f1d; } }"), FRAME, 6, "a } closes nothing", "its }"),
    Seeded("frame without a place", lambda s: s.change(FRAME, "<!-- content -->", ""), FRAME, 1, "where the text goes", "Write"),
    Seeded("frame gone", lambda s: (s.folder / FRAME).unlink(), FRAME, 1, "needs a frame", "Restore"),
    Seeded(
        "unknown phrase",
        lambda s: s.change(FRAME, "phrase: why", "phrase: whi"), FRAME, 17, "no phrase 'whi'", "_layout.phrases.toml",
    ),
    Seeded("broken phrases", lambda s: s.change("_layout.phrases.toml", "[lv]", "[lv"), "_layout.phrases.toml", 4, "TOML", "[lv]"),
    Seeded("misspelt in a phrase", lambda s: s.change("_layout.phrases.toml", "You bought", "{{ shop.nane }}"), "_layout.phrases.toml", 2, "shop.nane", "'name'"),
    Seeded("brace too few in a phrase", lambda s: s.change("_layout.phrases.toml", "You bought", "{{ shop.name }"), "_layout.phrases.toml", 2, "brace", "braces"),
    Seeded("phrase misspelt in one language", lambda s: s.change("_layout.phrases.toml", '[lv]\nwhy', '[lv]\nwhyy'), "_layout.phrases.toml", 5, "no phrase 'whyy'", "'why'"),
    Seeded("phrase that a language lacks", lambda s: s.change("_layout.phrases.toml", '[lv]\nwhy = "Jūs pirkāt."', "[lv]"), "_layout.phrases.toml", 4, "no phrase 'why' in 'lv'", "below [lv]"),
    Seeded("misspelt about a sender", lambda s: s.change("senders.toml", '"Anna"', '"Anna"\nrole.en = "Care"\nrle.lv = "Care"'), "senders.toml", 5, "anna.rle", "role"),
    Seeded("sender without a name", lambda s: s.change("senders.toml", "name", "role"), "senders.toml", 2, "no name", "name ="),
    Seeded("sender of no section", lambda s: s.change("senders.toml", "[anna]", ""), "senders.toml", 3, "outside", "[anna]"),
    Seeded("broken senders", lambda s: s.change("senders.toml", "[anna]", "[anna"), "senders.toml", 2, "TOML", "[anna]"),
    # files and folders
    Seeded(
        "missing locale",
        lambda s: (s.folder / "first_day/3_thank_you.email.ru.md").unlink(),
        "first_day/3_thank_you.email.md", 1, "no text in 'ru'", "3_thank_you.email.ru.md",
    ),
    Seeded(
        "wrong channel name",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.emial.md"),
        "first_day/1_right_choice.emial.md", 1, "no channel called 'emial'", "'email'",
    ),
    Seeded(
        "wrong locale name",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.email.latvian.md"),
        "first_day/1_right_choice.email.latvian.md", 1, "not understood", "1_right_choice.email.lv.md",
    ),
    Seeded(
        "no channel in the name",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.md"),
        "first_day/1_right_choice.md", 1, "not understood", "step.channel.md",
    ),
    Seeded(
        "step that does not exist",
        lambda s: s.letter("Hello", file="first_day/3_thankyou.email.md"),
        "first_day/3_thankyou.email.md", 1, "no step called '3_thankyou'", "'3_thank_you'",
    ),
    Seeded(
        "channel that the step has not",
        lambda s: s.write("first_day/3_thank_you.sms.txt", "thank you"),
        "first_day/3_thank_you.sms.txt", 1, "does not go by sms", "campaign.toml",
    ),
    Seeded(
        "folder without a plan",
        lambda s: s.letter("Hello", file="spring/1_hello.email.md"),
        "spring/1_hello.email.md", 1, "no spring/campaign.toml", "Write one",
    ),
    Seeded(
        "duplicate locale",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.email.LV.md"),
        "first_day/1_right_choice.email.lv.md", 1, "is the same text", "Remove one",
    ),
    Seeded(
        "English twice",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.email.en.md"),
        LETTER, 1, "nobody gets it", "Remove one",
    ),
    Seeded(
        "both .md and .txt",
        lambda s: s.letter("Hello", file="first_day/1_right_choice.email.txt"),
        "first_day/1_right_choice.email.txt", 1, "is the same text", "Remove one",
    ),
    Seeded("text in no campaign", lambda s: s.letter("Hello", file="1_right_choice.email.md"), "1_right_choice.email.md", 1, "nobody gets it here", "first_day"),
    Seeded("text in a language's own folder", lambda s: s.write("first_day/lv/1_right_choice.email.md", "# Labdien"), "first_day/lv/1_right_choice.email.md", 1, "in no folder below it", "1_right_choice.email.lv.md"),
    Seeded("text of a word processor", lambda s: s.write("first_day/3_thank_you.email.de.docx", b"PK"), "first_day/3_thank_you.email.de.docx", 1, ".docx is no text", "3_thank_you.email.de.md"),
    Seeded("Markdown by its long name", lambda s: (s.folder / LETTER).rename(s.folder / "first_day/1_right_choice.email.markdown"), "first_day/1_right_choice.email.markdown", 1, ".markdown is no text", "1_right_choice.email.md"),
    Seeded("language that nobody speaks", lambda s: s.letter("Hello", file="first_day/1_right_choice.email.lw.md"), "first_day/1_right_choice.email.lw.md", 1, "no language 'lw'", "lv"),
    Seeded("folder in the place of a text", lambda s: ((s.folder / LETTER).unlink(), (s.folder / LETTER).mkdir()), LETTER, 1, "this is a folder", "the text itself"),
    Seeded("link to itself", lambda s: ((s.folder / LETTER).unlink(), (s.folder / LETTER).symlink_to("1_right_choice.email.md")), LETTER, 1, "cannot be read", "the text itself"),
    Seeded("link to what is gone", lambda s: ((s.folder / LETTER).unlink(), (s.folder / LETTER).symlink_to("/nowhere/at/all")), LETTER, 1, "cannot be read", "the text itself"),
    Seeded("pipe in the place of a text", lambda s: ((s.folder / LETTER).unlink(), os.mkfifo(s.folder / LETTER)), LETTER, 1, "no ordinary file", "the text itself"),
    Seeded("binary content", lambda s: s.write(LETTER, b"---\nsubject: x\n\xff\xfe\x00"), LETTER, 3, "not UTF-8", "Save it"),
    Seeded("another encoding", lambda s: s.write(LETTER, "---\nsubject: Ā\n---\nx".encode("cp1257")), LETTER, 2, "UTF-8", "Save"),
    Seeded("UTF-16", lambda s: s.write(LETTER, "---\nsubject: A\n---\nx".encode("utf-16")), LETTER, 1, "UTF-8", "Save"),
    Seeded("zeroes in the file", body("Hello\x00\x00"), LETTER, BODY, "control character", "restore the file"),
    Seeded("broken letters", body("PasÅ«tÄ\xabjums"), LETTER, BODY, "letters are broken", "UTF-8"),
    Seeded("unseen letters", body("Hel\u202elo"), LETTER, BODY, "nobody sees", "type it again"),
    Seeded("3 MB", lambda s: s.write(LETTER, "---\nsubject: x\n---\n" + "word " * 600_000), LETTER, 1, "3.0 MB", "Remove"),
    # the plan
    Seeded(
        "step without a text",
        lambda s: [(s.folder / f"first_day/2_reminder.sms{tag}.txt").unlink() for tag in ("", ".lv", ".ru")],
        PLAN, 13, "no usable text for sms", "write first_day/2_reminder.sms",
    ),
    Seeded(
        "step with broken texts",
        lambda s: [s.write(f"first_day/2_reminder.sms{tag}.txt", "{% if %}") for tag in ("", ".lv", ".ru")],
        PLAN, 13, "no usable text for sms", "mend what is wrong with first_day/2_reminder.sms.txt",
    ),
    Seeded("plan: UTF-16", lambda s: s.write(PLAN, 'title = "A"\n'.encode("utf-16")), PLAN, 1, "not UTF-8", "Save it as UTF-8"),
    Seeded("plan: another encoding", lambda s: s.write(PLAN, '# plan\ntitle = "Ā"\n'.encode("cp1257")), PLAN, 2, "not UTF-8", "Save it as UTF-8"),
    Seeded("plan: pipe", lambda s: ((s.folder / PLAN).unlink(), os.mkfifo(s.folder / PLAN)), PLAN, 1, "no ordinary file", "the text itself"),
    Seeded("plan: folder", lambda s: ((s.folder / PLAN).unlink(), (s.folder / PLAN).mkdir()), PLAN, 1, "a folder", "the text itself"),
    Seeded("plan: unknown key", lambda s: s.change(PLAN, "title =", "titel ="), PLAN, 1, "titel", "title"),
    Seeded("plan: unknown channel", lambda s: s.change(PLAN, '["email"]', '["emial"]'), PLAN, 7, "emial", "email"),
    Seeded("plan: unknown sender", lambda s: s.change(PLAN, '"anna"', '"zoe"'), PLAN, 21, "'zoe'", "anna"),
    Seeded("plan: who compares amiss", lambda s: s.change(PLAN, 'trigger =', """who = "order.total > '20'"\ntrigger ="""), PLAN, 2, "two things are compared", "a number"),
    Seeded("plan: when compares amiss", lambda s: s.change(PLAN, 'after = "16h"', 'after = "16h"\nwhen = "order.todo > 3"'), PLAN, 13, "two things are compared", "a number"),
    Seeded("plan: one equals sign", lambda s: s.change(PLAN, 'after = "16h"', 'after = "16h"\nwhen = "order.rating = 3"'), PLAN, 13, "not a condition", "write == to compare"),
    Seeded("plan: braces around a condition", lambda s: s.change(PLAN, 'after = "16h"', 'after = "16h"\nwhen = "{{ order.todo }}"'), PLAN, 13, "not a condition", "leave the braces out"),
    Seeded("plan: condition without an end", lambda s: s.change(PLAN, 'after = "16h"', 'after = "16h"\nwhen = "order.todo and"'), PLAN, 13, "not a condition", "write for example"),
    Seeded("plan: one bracket too few", lambda s: s.change(PLAN, '[[steps]]\nname = "2', '[steps]\nname = "2'), PLAN, 10, "TOML", "[[steps]]"),
    Seeded("plan: key twice", lambda s: s.change(PLAN, 'trigger =', 'title = "x"\ntrigger ='), PLAN, 2, "TOML", "one of the two"),
    Seeded("plan: not TOML", lambda s: s.change(PLAN, '"20m"', "20m"), PLAN, 6, "TOML", "quotes"),
]  # fmt: skip


def test_a_mistake_of_the_frame_is_told_once_and_not_for_each_text(shop: Shop) -> None:
    shop.change(FRAME, "color: #2b2622", "color: #bbbbbb")

    (told,) = shop.checked()

    assert (told.file, told.line) == (FRAME, 5)


@pytest.mark.parametrize(
    "rule",
    [
        "/* } */ p { margin: 0 }",
        'a[title="{"] { margin: 0 }',
        "{% if locale == 'lv' %}p { margin: 0 }{% endif %}",
        "p { color: {{ '#2b2622' }} }",
        "@import url(a.css); @font-face { font-family: 'A'; }",
    ],
)
def test_braces_that_open_no_rule_are_no_mistake(shop: Shop, rule: str) -> None:
    shop.change(FRAME, "<style>", f"<style>{rule}")

    assert [problem for problem in shop.checked() if "brace" in problem.text or "}" in problem.remedy] == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("senders.toml", "[anna]", "[anna"),
        ("senders.toml", "name =", "nmae ="),
        ("_layout.phrases.toml", "[lv]", "[lv"),
        ("_layout.phrases.toml", "You bought", "{{ shop.nane }}"),
    ],
)
def test_a_broken_file_that_others_lean_on_is_told_in_their_place(
    shop: Shop, file: str, old: str, new: str
) -> None:
    shop.change(file, old, new)

    assert {problem.file for problem in shop.checked()} == {file, PLAN}


@pytest.mark.parametrize(
    "words",
    [
        "5 * 3 ** 2 \\*\\*",
        "a (b) [c] (d)",
        "snake_case_word",
        "Bread & butter; R&D",
        "No. #5",
        "**a** b **c**",
    ],
)
def test_signs_that_mean_themselves_are_let_stand(shop: Shop, words: str) -> None:
    shop.letter(words)

    assert not [problem for problem in shop.checked() if problem.file == LETTER]


def test_nobody_minds_what_readers_are_used_to(shop: Shop) -> None:
    shop.letter("By 23 November, call 1-2. [We are here](https://berzs.example/23.11.2026), a < b, 50 %.")

    assert not [problem for problem in shop.checked() if problem.file == LETTER]


@pytest.mark.parametrize("seeded", CORPUS, ids=lambda one: one.name)
def test_a_mistake_is_told_with_file_line_and_remedy(shop: Shop, seeded: Seeded) -> None:
    seeded.make(shop)

    problems = shop.checked()

    found = [problem for problem in problems if problem.file == seeded.file and seeded.said in problem.text]
    assert found, [str(problem) for problem in problems]
    assert found[0].line == seeded.line and seeded.remedy in found[0].remedy, found[0]
    assert all(one.file and one.line and one.remedy for one in problems), problems


@pytest.mark.parametrize(
    "disguise",
    [lambda said: b"\xef\xbb\xbf" + said, lambda said: said.replace(b"\n", b"\r\n")],
    ids=["BOM", "CRLF"],
)
@pytest.mark.parametrize("file", [LETTER, FRAME, PLAN, TEXT, "senders.toml", "_layout.phrases.toml"])
def test_what_windows_does_to_a_file_harms_nobody(
    shop: Shop, file: str, disguise: Callable[[bytes], bytes]
) -> None:
    before = _letter(shop)

    shop.write(file, disguise((shop.folder / file).read_bytes()))

    assert [problem for problem in shop.checked() if problem.level != "note"] == []
    assert _letter(shop) == before


def _letter(shop: Shop) -> object:
    library = Library(shop.folder, locale="en")
    library.refresh()
    text = library.find("first_day", "1_right_choice", "email", ["en"])
    assert text
    return text.render(samples.values(samples.COMPLETE), locale="en", sender="anna")


def test_html_in_a_customers_name_is_text_to_the_customer_and_told_to_the_shop(shop: Shop) -> None:
    shop.letter("Dear {{ customer.first_name }}")
    carla = replace(samples.COMPLETE.customer, first_name="<b>Carla</b>")
    order = Sample("order 1007", samples.COMPLETE.order, carla)

    told = [problem for problem in shop.checked(order) if "<b>" in problem.text]

    assert [(problem.file, problem.line) for problem in told] == [(LETTER, BODY)]
    assert all("order 1007" in problem.text and problem.remedy for problem in told)


def test_a_mistake_that_only_real_orders_show_is_told_once_with_how_many(shop: Shop) -> None:
    shop.letter("{% if order.city == 'Cēsis' %}{{ order.region|number }}{% endif %}")
    real = [
        Sample(f"order {number}", replace(samples.COMPLETE.order, city=city), samples.COMPLETE.customer)
        for number, city in enumerate(["Rīga", "Cēsis", "Cēsis"])
    ]

    (told,) = [problem for problem in shop.checked(*real) if problem.file == LETTER]

    assert "2 of your last 3 orders, such as order 1" in told.text
    assert (told.line, told.level) == (BODY, "problem")


def test_quotation_marks_that_leave_as_plain_ones_are_no_reproach(shop: Shop) -> None:
    shop.write(TEXT, "don’t forget – “now”…")

    assert shop.checked() == []


def test_what_a_text_message_costs_is_good_to_know_and_no_reproach(shop: Shop) -> None:
    shop.write(
        "first_day/2_reminder.sms.lv.txt", "Jūsu pasūtījums gaida, un atlicis viens sīkums. Paldies! " * 2
    )
    notes = {problem.file: problem for problem in shop.checked() if problem.level == "note"}

    latvian = notes["first_day/2_reminder.sms.lv.txt"]

    price = Settings().twilio.sms_price
    assert f"as 2 messages, {Money(price.amount * 2, price.currency)}" in latvian.text
    assert "as this language needs it" in latvian.text and latvian.remedy.startswith("Nothing has to be done")
