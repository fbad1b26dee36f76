"""What time it may be where a customer is: the IANA zones of a shipping address or a telephone number."""

import csv
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from phonenumbers import NumberParseException
from phonenumbers.timezone import time_zones_for_number

from paldies.customers.countries import alpha2
from paldies.customers.remembered import remembered

_CITY_LANGUAGES = ("en", "ru", "de", "es", "pt")  # of the countries with more than one zone
_GENERIC = (
    "state province territory region republic oblast krai kray okrug autonomous city of the provincia estado"
    " область обл край республика респ автономный автономная округ ао г"
)


@dataclass(frozen=True, slots=True)
class _Region:
    postal: tuple[tuple[str, str], ...]  # ranges of prefixes, both ends included
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Country:
    zones: tuple[str, ...]  # the likeliest first
    named: dict[str, _Region]  # by ISO 3166-2 code and by name


def zones(
    country: str,
    region: str,
    city: str,
    *,
    postal_code: str = "",
    time_zone: str = "",
    phone: str = "",
) -> tuple[str, ...]:
    """Every zone that the customer may be in, the likeliest first; empty when nothing is known.

    A zone that the shop names wins alone. Then the address counts, by the first that can be understood of
    region, postal code, city and country. Only without a country does the telephone number (E.164).
    """
    found = _zones_of_address(country, region, city, postal_code=postal_code, time_zone=time_zone)
    return _zones_of_phone(phone) if found is None else found


@remembered
def _zones_of_address(
    country: str, region: str, city: str, *, postal_code: str, time_zone: str
) -> tuple[str, ...] | None:
    """None: it names no country."""
    if named := _zones_by_name().get(time_zone.strip().casefold()):
        return (named,)
    if (code := alpha2(country)) and (place := _countries().get(code)):
        return _within(code, place, region=region, city=city, postal_code=postal_code)
    return None


def _within(code: str, place: _Country, *, region: str, city: str, postal_code: str) -> tuple[str, ...]:
    if len(place.zones) == 1:
        return place.zones
    if found := place.named.get(_key(region.upper().removeprefix(f"{code}-"))):
        return found.zones
    if found := _by_postal_code(place, postal_code):
        return found.zones
    if (named := _zones_by_city().get(_key(city))) and named in place.zones:
        return (named,)
    return place.zones


def _by_postal_code(place: _Country, postal_code: str) -> _Region | None:
    code = "".join(postal_code.upper().split())
    for region in place.named.values():
        for first, last in region.postal:
            if code and len(code) >= len(first) and first <= code[: len(first)] <= last:
                return region
    return None


def _zones_of_phone(phone: str) -> tuple[str, ...]:
    """The library's list is coarse; where it leaves the number's country, all zones of the country count."""
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return ()
    # it puts +371 into Bucharest and Russian mobiles into Almaty
    found = tuple(zone for zone in time_zones_for_number(number) if zone != "Etc/Unknown")
    place = _countries().get(phonenumbers.region_code_for_number(number) or "")
    return found if place is None or set(found) <= set(place.zones) else place.zones


@lru_cache(maxsize=1)
def _zones_by_name() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones() if zone != "Factory"}


@lru_cache(maxsize=1)
def _countries() -> dict[str, _Country]:
    """The zones of every country (IANA zone.tab), those of large ones by region."""
    found: dict[str, list[str]] = defaultdict(list)
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            found[code].append(zone)
    regions: dict[str, dict[str, _Region]] = defaultdict(dict)
    likeliest: dict[str, list[str]] = {}
    with files("paldies.customers").joinpath("regions.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            names, country = row["zones"].split(), row["country"]
            if row["region"] == "*":
                likeliest[country] = names
                continue
            region = _Region(tuple(map(_span, row["postal"].split())), tuple(names))
            for name in (row["region"], *filter(None, row["names"].split("|"))):
                regions[country][_key(name)] = region
    return {
        code: _Country(tuple(dict.fromkeys([*likeliest.get(code, ()), *zones])), regions[code])
        for code, zones in found.items()
    }


@lru_cache(maxsize=1)
def _zones_by_city() -> dict[str, str]:
    """The cities that zones are named after, also in other languages (CLDR).

    Zones below a state (America/Indiana/Petersburg) are left out: other states have towns of that name.
    """
    cities: dict[str, str] = {}
    for zone in (zone for place in _countries().values() for zone in place.zones):
        if zone.count("/") == 1:
            cities[_key(zone.partition("/")[2].replace("_", " "))] = zone
            for language in _CITY_LANGUAGES:
                if city := Locale(language).time_zones.get(zone, {}).get("city"):
                    cities[_key(city)] = zone
    return cities


def _span(text: str) -> tuple[str, str]:
    first, _, last = text.partition("-")
    return first, last or first


def _key(name: str) -> str:
    """A name without the words that only say what kind of place it is."""
    words = _words(name)
    return " ".join(word for word in words if word not in _generic()) or " ".join(words)


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(_words(_GENERIC))


def _words(text: str) -> list[str]:
    """Without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(letter for letter in letters if not unicodedata.combining(letter)))
