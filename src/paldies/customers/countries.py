"""Countries by whatever name a shop calls them."""

import unicodedata
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from paldies.customers.remembered import remembered

# Languages in which shops that ship to each other's neighbours write countries.
_LANGUAGES = "en lv lt et ru uk pl de fr es it pt nl sv fi da nb cs".split()
_ALSO = {
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB",
    "united states of america": "US", "russian federation": "RU", "российская федерация": "RU",
    "republic of korea": "KR", "korea": "KR", "czech republic": "CZ", "holland": "NL",
    "the netherlands": "NL", "latvijas republika": "LV", "republic of latvia": "LV", "turkey": "TR",
}  # fmt: skip


@remembered
def alpha2(text: str) -> str:
    """ISO 3166-1 alpha-2 for a code or a name in one of a score of languages; empty if it is none."""
    word = _folded(text)
    return _codes().get(word) or _names().get(word) or _names().get(word.replace(".", ""), "")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Without the names: to read those takes 0.2 s and 20 MB, and most shops write codes."""
    codes: dict[str, str] = dict(Locale("en").territories)
    return {_folded(code): code for code in codes if _is_country(code)}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    # CLDR's aliases hold the alpha-3 and numeric codes; an alias of several territories is a dissolved state
    for alias, successors in get_global("territory_aliases").items():
        if len(successors) == 1:
            names[_folded(alias)] = successors[0]
    for language in reversed(_LANGUAGES):  # the first has the last word
        territories: dict[str, str] = dict(Locale(language).territories)
        names.update({_folded(name): code for code, name in territories.items() if _is_country(code)})
    return names | _codes() | _ALSO


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha()  # the others are continents and the like


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
