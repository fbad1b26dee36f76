"""Every shipped text is spelt as its language spells it, as far as hunspell knows."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from paldies.templates.bundled import bundled_templates
from paldies.templates.names import TextName
from paldies.templates.senders import Senders

DICTIONARIES = {"en": "en_US", "lv": "lv_LV", "ru": "ru_RU"}
TEXTS = bundled_templates()
# British spelling, the E of E-pasts, and the word that stops text messages in every language.
KNOWN = {"en": {"apologise"}, "lv": {"E", "e"}, "ru": {"STOP"}}
_FRONT_KEY = re.compile(r"^(subject|preheader|voicemail): |^(sender|attach): .*$|^---$", re.MULTILINE)
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#|#\}", re.DOTALL)
_LINK = re.compile(r"\]\([^)]*\)|https?://\S+")


def checker(language: str) -> list[str]:
    """The command; skips the test where the program or its dictionary is missing."""
    program, dictionary = shutil.which("hunspell"), DICTIONARIES[language]
    if program is None:
        pytest.skip("hunspell is not installed (Debian: hunspell hunspell-en-us hunspell-lv hunspell-ru)")
    command = [program, "-i", "utf-8", "-d", dictionary]
    if subprocess.run([*command, "-l"], input=b"", capture_output=True).returncode:
        pytest.skip(f"hunspell has no dictionary {dictionary} (Debian: hunspell-{language})")
    return command


def misspelt(words: str, language: str) -> set[str]:
    asked = subprocess.run([*checker(language), "-l"], input=words.encode(), capture_output=True, check=True)
    return set(asked.stdout.decode().split()) - KNOWN[language]


def written_in(language: str) -> Iterator[str]:
    """All that staff or customers may read in a language, without tags, addresses and keys."""
    for path in sorted(TEXTS.glob("*/*.*.*")):
        name = TextName.of(path.parent.name, path)
        if name and name.written_in == language:
            yield without_marks(path.read_text("utf-8"))
    phrases = tomllib.loads((TEXTS / "_layout.phrases.toml").read_text("utf-8"))
    yield from map(without_marks, phrases[language].values())
    senders = Senders(tomllib.loads((TEXTS / "senders.toml").read_text("utf-8")))
    yield from (person.role for key in senders.keys() if (person := senders.get(key, language)))
    if language == "en":
        yield from campaign_words()


def campaign_words() -> Iterator[str]:
    for path in sorted(TEXTS.glob("*/campaign.toml")):
        campaign = tomllib.loads(path.read_text("utf-8"))
        yield f"{campaign['title']}. {campaign['expects']} {campaign['risk']}."


def without_marks(text: str) -> str:
    return re.sub(r"[*#>|_]", " ", _LINK.sub("] ", _TAG.sub(" ", _FRONT_KEY.sub("", text))))


@pytest.mark.parametrize("language", DICTIONARIES)
def test_every_shipped_word_is_in_the_dictionary(language: str) -> None:
    words = "\n".join(written_in(language))

    assert len(words.split()) > 300
    assert misspelt(words, language) == set()


@pytest.mark.parametrize(("language", "wrong"), [("en", "recieve"), ("lv", "pasutijums"), ("ru", "зделать")])
def test_a_misspelt_word_would_be_found(language: str, wrong: str) -> None:
    assert misspelt(wrong, language) == {wrong}


def test_nothing_that_is_read_escapes_the_check() -> None:
    text = (
        "---\nsubject: Hello {{ customer.first_name }}\nsender: xanna\n---\n"
        "{# Tip #} {% if shop.phone %}[call us](tel:{{ shop.phone }}){% endif %} **now**"
    )

    assert re.findall(r"\w+", without_marks(text)) == ["Hello", "Tip", "call", "us", "now"]
