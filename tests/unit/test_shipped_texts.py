"""The texts that come with paldies: they read well for every order, in every language, in both parts."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import pytest

from paldies.campaigns.words import Purpose
from paldies.templates import samples
from paldies.templates.bundled import bundled_templates
from paldies.templates.library import Library, Text
from paldies.templates.lint import check
from paldies.templates.renderer import Content
from paldies.templates.samples import Sample
from paldies.templates.values import ShopCard

LANGUAGES = ("en", "lv", "ru")
STEPS = ("1_right_choice", "2_reminder", "3_thank_you")
ALL = list(product(STEPS, LANGUAGES))


@pytest.fixture(scope="module")
def library() -> Library:
    library = Library(bundled_templates(), locale="lv")
    library.refresh()
    return library


def text(library: Library, step: str, language: str) -> Text:
    found = library.find("first_day", step, "email", [language])
    assert found is not None and found.locale == language
    return found


def versions() -> list[Sample]:
    """Alice's order with each thing missing in turn, and Carla's, of which next to nothing is known."""
    whole = samples.COMPLETE
    return [
        whole,
        replace(whole, customer=replace(whole.customer, first_name="")),
        replace(whole, order=replace(whole.order, promised_at=None)),
        replace(whole, order=replace(whole.order, todo="", todo_by=None)),
        replace(whole, order=replace(whole.order, todo_by=None)),
        replace(whole, order=replace(whole.order, lines=())),
        samples.BARE,
    ]


def rendered(text: Text, sample: Sample, shop: ShopCard = samples.SHOP) -> Content:
    return text.render(samples.values(sample, shop), locale=text.locale)


def read_aloud(html: str) -> str:
    """What a person sees or hears of a page, blanks aside."""
    heard: list[str] = []

    class Ear(HTMLParser):
        silent = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if self.silent or tag in ("head", "style") or ("data-only", "html") in attrs:
                self.silent += tag not in ("meta", "br", "hr", "img")

        def handle_endtag(self, tag: str) -> None:
            self.silent = max(0, self.silent - 1)

        def handle_data(self, data: str) -> None:
            if not self.silent:
                heard.append(data)

    Ear().feed(html)
    return re.sub(r"\s", "", "".join(heard))


def test_nothing_is_wrong_with_them(library: Library) -> None:
    assert check(library, locale="lv") == []


@pytest.mark.parametrize(("step", "language"), ALL)
def test_html_and_plain_text_say_the_same(library: Library, step: str, language: str) -> None:
    for sample in versions():
        content = rendered(text(library, step, language), sample)

        plain = re.sub(r"(?m)^(- |> ?)| \||<https?://[^>]*>", "", content.text)
        assert re.sub(r"\s", "", plain) == read_aloud(content.html)


@pytest.mark.parametrize(("step", "language"), ALL)
def test_they_read_naturally_whatever_is_missing(library: Library, step: str, language: str) -> None:
    for sample in versions():
        content = rendered(text(library, step, language), sample)

        for part in (content.subject, content.preheader, content.text):
            assert not re.search(r" [,.:;)]|,,|\.\.|\( |\bNone\b|[{}]|  ", part), part
        assert 10 < len(content.subject) <= 78
        assert 10 < len(content.preheader) <= 110


@pytest.mark.parametrize(("step", "language"), ALL)
def test_a_shop_needs_no_more_than_a_name(library: Library, step: str, language: str) -> None:
    content = rendered(text(library, step, language), samples.COMPLETE, ShopCard("Bērzs & Co"))

    assert "tel:" not in content.html
    assert "mailto:" not in content.html
    assert content.text.count("Bērzs & Co") >= 3


@pytest.mark.parametrize(("step", "language"), ALL)
def test_they_neither_shout_nor_sell_nor_track(library: Library, step: str, language: str) -> None:
    content = rendered(text(library, step, language), samples.COMPLETE)

    assert "!" not in content.subject + content.preheader + content.text
    assert "%" not in content.text
    assert "<img" not in content.html


@pytest.mark.parametrize(("step", "language"), ALL)
def test_the_page_can_be_read_by_everyone(library: Library, step: str, language: str) -> None:
    html = rendered(text(library, step, language), samples.COMPLETE).html

    assert f'<html lang="{language}"' in html
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 600px" in html
    assert html.count("<table") - html.count('role="presentation"') <= 1  # only the order itself is a table
    assert len(html.encode()) < 20_000  # Gmail cuts off at 102 KB


def test_the_way_out_is_offered_only_where_there_is_one(library: Library) -> None:
    thanks = text(library, "3_thank_you", "en")
    values = samples.values(samples.COMPLETE, purpose=Purpose.PROMOTIONAL)

    with_way_out = thanks.render(values, locale="en")
    without = thanks.render({**values, "unsubscribe_url": ""}, locale="en")

    assert str(values["unsubscribe_url"]) in with_way_out.text
    assert str(values["unsubscribe_url"]) in with_way_out.html
    assert "nsubscribe" not in without.text + without.html


def test_the_footer_tells_why_in_the_words_of_its_purpose_and_language(library: Library) -> None:
    thanks = text(library, "3_thank_you", "lv")
    values = samples.values(samples.COMPLETE)

    assert "jo veicāt pasūtījumu veikalā Bērzs & Co" in thanks.render(values, locale="lv").text
    promotional = thanks.render({**values, "purpose": "promotional"}, locale="lv")
    assert "jo iepērkaties veikalā Bērzs & Co" in promotional.text


def test_the_thank_you_is_signed_by_a_person_in_the_readers_language(library: Library) -> None:
    signed = [rendered(text(library, "3_thank_you", language), samples.BARE).text for language in LANGUAGES]

    assert "Anna Kalniņa\nCustomer care, Bērzs & Co" in signed[0]
    assert "Klientu apkalpošana" in signed[1]
    assert "Отдел заботы о покупателях" in signed[2]
