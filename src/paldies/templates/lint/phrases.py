"""Phrases that a language lacks, and those that no frame asks for."""

from collections.abc import Iterator
from difflib import get_close_matches

from paldies.campaigns.toml_lines import TomlLines
from paldies.templates.faults import Level, Problem, TemplateFault
from paldies.templates.frame import PHRASES_FILE, read_phrases
from paldies.templates.locales import UNMARKED


def look(text: str) -> Iterator[Problem]:
    """Of _layout.phrases.toml; English has them all, as the others fall back on it."""
    try:
        phrases, lines = read_phrases(text), TomlLines(text)
    except TemplateFault:  # reported already
        return
    expected = phrases.get(UNMARKED, {})
    for language, said in phrases.items():
        for name in expected.keys() - said.keys():
            yield Problem(
                PHRASES_FILE,
                lines.line(language),
                f"there is no phrase {name!r} in {language!r}, so it is said in English",
                f'Write {name} = "…" below [{language}].',
                Level.WARNING,
            )
        for name in said.keys() - expected.keys():
            near = get_close_matches(name, expected, n=1)
            yield Problem(
                PHRASES_FILE,
                lines.line(f"{language}.{name}"),
                f"there is no phrase {name!r} in English, which the others follow",
                f"Did you mean {near[0]!r}?"
                if near
                else f"Take it out, or write it below [{UNMARKED}] as well.",
                Level.WARNING,
            )
