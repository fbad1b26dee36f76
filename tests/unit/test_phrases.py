"""What the pages say, and in which language."""

import re
import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from paldies.web.phrases import moment, pick, say

PHRASES = tomllib.loads((files("paldies.web") / "phrases.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("locales", "accepted", "home", "picked"),
    [
        (("lv-LV",), "ru", "en", "lv"),
        (("de", "ru"), "en", "lv", "ru"),
        ((), "de-DE,de;q=0.9,ru;q=0.3,en;q=0.8", "lv", "en"),
        ((), "lv;q=0,ru;q=0.1", "en", "ru"),
        (("de",), "fr", "lv-LV", "lv"),
        ((), "", "sv", "en"),
        ((), ";;q=,en;q=much,*,,,\x00", "ru", "ru"),
    ],
)
def test_the_language_is_the_messages_or_the_readers_or_the_shops(
    locales: tuple[str, ...], accepted: str, home: str, picked: str
) -> None:
    assert pick(locales, accepted, home) == picked


def test_every_language_says_everything() -> None:
    names = {language: set(phrases) for language, phrases in PHRASES.items()}

    assert names["lv"] == names["ru"] == names["en"]
    assert all(phrase.strip() for phrases in PHRASES.values() for phrase in phrases.values())


def test_nothing_is_left_in_another_language() -> None:
    cyrillic, latvian = re.compile("[а-яё]", re.IGNORECASE), re.compile("[āčēģīķļņšūž]", re.IGNORECASE)

    assert all(cyrillic.search(phrase) for phrase in PHRASES["ru"].values())
    assert not [phrase for phrase in PHRASES["lv"].values() if cyrillic.search(phrase)]
    assert sum(bool(latvian.search(phrase)) for phrase in PHRASES["lv"].values()) > len(PHRASES["lv"]) * 0.8


def test_customers_are_addressed_as_in_a_letter() -> None:
    small = re.compile(r"\b(jūs|jums|jūsu|вы|вам|вас|ваш\w*)\b")

    assert not [
        phrase for language in ("lv", "ru") for phrase in PHRASES[language].values() if small.search(phrase)
    ]


def test_a_phrase_is_said_in_its_language() -> None:
    assert [say(language, "rating_4") for language in ("en", "lv", "ru")] == ["Good", "Labi", "Хорошо"]


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", "Europe/Riga", "Thursday, 19 November, 13:00"),
        ("lv", "Europe/Riga", "ceturtdiena, 19. novembris, 13:00"),
        ("ru", "Asia/Vladivostok", "четверг, 19 ноября, 21:00 (по Вашему времени)"),
    ],
)
def test_a_moment_is_told_on_the_readers_own_clock(language: str, zone: str, said: str) -> None:
    at = datetime(2026, 11, 19, 11, tzinfo=UTC)

    assert moment(language, at, zone=zone, home_zone="Europe/Riga") == said
