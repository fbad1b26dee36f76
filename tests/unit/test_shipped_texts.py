"""The texts that come with paldies: they read well for every order, in every language, on every channel."""

import re
from dataclasses import replace
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
from tests.read_aloud import read_aloud

LANGUAGES = ("en", "lv", "ru")
REMINDER = "first_day/2_reminder"
LETTERS = (
    "answers/1_answer",
    "first_day/1_right_choice",
    REMINDER,
    "first_day/3_thank_you",
    "getting_started/1_first_steps",
    "getting_started/2_does_it_work",
    "getting_started/3_one_thing",
    "heard/1_heard",
    "listening/1_how_was_it",
)
ALL = list(product(LETTERS, LANGUAGES))
SPOKEN = list(product(("call", "sms", "task"), LANGUAGES))
WITHOUT_PHONE = ShopCard("Bērzs & Co")
CHARACTERS_A_SECOND = 14  # as a telephone voice speaks
UCS2_CHARACTERS_A_SEGMENT = 67  # of a message in several segments (3GPP TS 23.040)


@pytest.fixture(scope="module")
def library() -> Library:
    library = Library(bundled_templates(), locale="lv")
    library.refresh()
    return library


def text(library: Library, step: str, language: str, channel: str = "email") -> Text:
    campaign, name = step.split("/")
    found = library.find(campaign, name, channel, [language])
    assert found is not None and found.locale == language
    return found


def versions() -> list[Sample]:
    """Alice's order with each thing missing in turn, and Carla's, of which next to nothing is known."""
    return [
        *versions_with_something_to_do(),
        replace(samples.COMPLETE, order=replace(samples.COMPLETE.order, todo="", todo_by=None)),
        samples.BARE,
    ]


def versions_with_something_to_do() -> list[Sample]:
    whole = samples.COMPLETE
    bare = replace(samples.BARE, order=replace(samples.BARE.order, todo=whole.order.todo))
    return [
        whole,
        replace(whole, customer=replace(whole.customer, first_name="")),
        replace(whole, customer=replace(whole.customer, first_name="", last_name="", email="")),
        replace(whole, order=replace(whole.order, promised_at=None)),
        replace(whole, order=replace(whole.order, todo_by=None)),
        replace(whole, order=replace(whole.order, lines=())),
        replace(whole, public_url=""),
        bare,
    ]


def rendered(text: Text, sample: Sample, shop: ShopCard = samples.SHOP) -> Content:
    return text.render(samples.values(sample, shop), locale=text.locale, sender="anna")


ODD = r" [,.:;)]|,,|\.\.|\( |\bNone\b|[{}]|  |<!--"


def test_nothing_is_wrong_with_them(library: Library) -> None:
    assert check(library, locale="lv").problems == []


@pytest.mark.parametrize(("step", "language"), ALL)
def test_html_and_plain_text_say_the_same(library: Library, step: str, language: str) -> None:
    for sample in versions():
        content = rendered(text(library, step, language), sample)

        plain = re.sub(r"(?m)^(- |\d\. |> ?)| \||<https?://[^>]*>", "", content.text)
        assert re.sub(r"\s", "", plain) == re.sub(r"\s", "", read_aloud(content.html))


@pytest.mark.parametrize(("step", "language"), ALL)
def test_they_read_naturally_whatever_is_missing(library: Library, step: str, language: str) -> None:
    for sample in versions():
        content = rendered(text(library, step, language), sample)

        for part in (content.subject, content.preheader, content.text):
            assert not re.search(ODD, part), part
        assert 10 <= len(content.subject) <= 78
        assert 10 < len(content.preheader) <= 110


@pytest.mark.parametrize(("step", "language"), ALL)
def test_a_shop_needs_no_more_than_a_name(library: Library, step: str, language: str) -> None:
    content = rendered(text(library, step, language), samples.COMPLETE, WITHOUT_PHONE)

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
    thanks = text(library, "first_day/3_thank_you", "en")
    values = samples.values(samples.COMPLETE, purpose=Purpose.PROMOTIONAL)

    with_way_out = thanks.render(values, locale="en")
    without = thanks.render({**values, "unsubscribe_url": ""}, locale="en")

    assert str(values["unsubscribe_url"]) in with_way_out.text
    assert str(values["unsubscribe_url"]) in with_way_out.html
    assert "nsubscribe" not in without.text + without.html


def test_the_footer_tells_why_in_the_words_of_its_purpose_and_language(library: Library) -> None:
    thanks = text(library, "first_day/3_thank_you", "lv")
    values = samples.values(samples.COMPLETE)

    assert "jo veicāt pasūtījumu veikalā Bērzs & Co" in thanks.render(values, locale="lv").text
    promotional = thanks.render({**values, "purpose": "promotional"}, locale="lv")
    assert "jo iepērkaties veikalā Bērzs & Co" in promotional.text


def test_the_thank_you_is_signed_by_a_person_in_the_readers_language(library: Library) -> None:
    signed = [
        rendered(text(library, "first_day/3_thank_you", language), samples.BARE).text
        for language in LANGUAGES
    ]

    assert "Anna Kalniņa\nCustomer care, Bērzs & Co" in signed[0]
    assert "Anna Kalniņa\nKlientu apkalpošana" in signed[1]
    assert "Анна Калниня\nОтдел заботы о покупателях" in signed[2]


@pytest.mark.parametrize(("channel", "language"), SPOKEN)
def test_what_is_said_and_not_written_reads_naturally_whatever_is_missing(
    library: Library, channel: str, language: str
) -> None:
    for sample, shop in product(versions_with_something_to_do(), (samples.SHOP, WITHOUT_PHONE)):
        content = rendered(text(library, REMINDER, language, channel), sample, shop)

        for part in (content.subject, content.text, content.voicemail):
            assert not re.search(ODD, part), part
            assert "!" not in part and "\n\n\n" not in part
        assert sample.order.todo in content.text
        assert content.text.count(shop.name) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_says_who_rings_and_that_nobody_does_and_takes_under_45_seconds(
    library: Library, language: str
) -> None:
    automated = {"en": "automated call", "lv": "automātisks zvans", "ru": "автоматический звонок"}
    long = replace(samples.COMPLETE.order, todo=f"{samples.COMPLETE.order.todo}, by the link in our e-mail")
    content = rendered(text(library, REMINDER, language, "call"), replace(samples.COMPLETE, order=long))

    for spoken in (content.text, content.voicemail):
        first = spoken.partition(".")[0]
        assert automated[language] in first and "Bērzs & Co" in first
        assert len(spoken) / CHARACTERS_A_SECOND < 45
    assert re.findall(r"\b[129]\b", content.text.splitlines()[-2]) == ["1", "2", "9"]
    assert not re.search(r"\b[129]\b", content.voicemail)
    assert long.number not in content.text + content.voicemail


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_offers_only_the_keys_that_work(library: Library, language: str) -> None:
    reminder = text(library, REMINDER, language, "call")

    without_pages = rendered(reminder, replace(samples.COMPLETE, public_url=""))
    without_phone = rendered(reminder, samples.COMPLETE, WITHOUT_PHONE)

    assert re.findall(r"\b[129]\b", without_pages.text) == []
    assert re.findall(r"\b[129]\b", without_phone.text) == ["2", "9"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_is_two_segments_and_three_at_worst(library: Library, language: str) -> None:
    reminder = text(library, REMINDER, language, "sms")
    long = replace(samples.COMPLETE.order, todo="x" * 100)

    usual = rendered(reminder, samples.COMPLETE)
    worst = rendered(reminder, replace(samples.COMPLETE, order=long))

    assert usual.text.startswith("Bērzs & Co: ")
    assert len(usual.text.strip()) <= 2 * UCS2_CHARACTERS_A_SEGMENT
    assert len(worst.text.strip()) <= 3 * UCS2_CHARACTERS_A_SEGMENT


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_that_sells_tells_the_way_out(library: Library, language: str) -> None:
    reminder = text(library, REMINDER, language, "sms")
    values = samples.values(samples.COMPLETE, purpose=Purpose.PROMOTIONAL)

    assert "STOP" in reminder.render(values, locale=language).text.splitlines()[-1]
    assert "STOP" not in rendered(reminder, samples.COMPLETE).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_task_has_the_words_to_say_and_whom_to_say_them_to(library: Library, language: str) -> None:
    content = rendered(text(library, REMINDER, language, "task"), samples.COMPLETE)

    assert "Alise Kalniņa" in content.subject and "10427" in content.subject
    assert content.text[0] in "“„«"
    for fact in (samples.COMPLETE.order.todo, "24", "17:00", "+37120000001", "10427", "27"):
        assert fact in content.text


@pytest.mark.parametrize(
    ("step", "pages"),
    [("getting_started/2_does_it_work", "c"), ("listening/1_how_was_it", "fc")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_invited_by_link_where_there_are_pages_and_by_reply_elsewhere(
    library: Library, step: str, pages: str, language: str
) -> None:
    by_reply = {"en": "nswer this letter", "lv": "tbildiet uz šo vēstuli", "ru": "тветьте на это письмо"}
    asking = text(library, step, language)

    with_pages = rendered(asking, samples.COMPLETE)
    without = rendered(asking, replace(samples.COMPLETE, public_url=""))

    links = re.findall(r"https://berzs.example/(.)/", with_pages.text)
    assert "".join(links) == pages
    assert by_reply[language] in without.text
    assert "https://" not in without.text
