"""Which language to fall back on (BCP 47 tags)."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from babel import Locale, UnknownLocaleError

UNMARKED = "en"  # the language of a text whose file name has no locale


@lru_cache(maxsize=256)
def language(locale: str) -> str:
    """`lv` of `lv-LV`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def is_language(locale: str) -> bool:
    """Whether anybody speaks it (Unicode CLDR)."""
    return language(locale) in Locale("en").languages


def fallbacks(locales: Iterable[str], home: str) -> Iterator[str]:
    """`lv-LV`, `lv`, the shop's own locale, `en`: lower-case, each once."""
    seen: set[str] = set()
    for locale in (*locales, home, UNMARKED):
        tag = locale.replace("_", "-").lower()
        while tag:
            if tag not in seen:
                seen.add(tag)
                yield tag
            tag = tag.rpartition("-")[0]


@lru_cache(maxsize=256)
def conventions(locale: str) -> Locale:
    """How numbers, money and dates are written in a locale; plain `en` writes them as in Europe."""
    for tag in fallbacks([locale], UNMARKED):
        try:
            return Locale("en", "GB") if tag == "en" else Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return Locale("en", "GB")
