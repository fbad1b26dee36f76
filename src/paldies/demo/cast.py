"""Who buys: people who do not exist, in places that do."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from paldies.demo.dice import Dice

NO_SUCH_MAILBOX = "gone.example"  # the demo's mail server refuses every address there for good
ASKS_TO_COME_BACK = "careful.example"  # and asks strangers to try again later here


@dataclass(frozen=True, slots=True)
class Place:
    city: str
    country: str
    region: str
    zone: str
    languages: tuple[str, ...]
    transit_days: tuple[int, int]  # from the parcel's leaving to the doorbell

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str
    language: str
    place: Place

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


RIGA = Place("Rīga", "LV", "", "Europe/Riga", ("lv", "lv", "ru"), (1, 2))
LIEPAJA = Place("Liepāja", "LV", "", "Europe/Riga", ("lv",), (1, 3))
DAUGAVPILS = Place("Daugavpils", "LV", "", "Europe/Riga", ("ru", "lv"), (1, 3))
TARTU = Place("Tartu", "EE", "", "Europe/Tallinn", ("en",), (2, 4))
BERLIN = Place("Berlin", "DE", "BE", "Europe/Berlin", ("en",), (3, 6))
LONDON = Place("London", "GB", "", "Europe/London", ("en",), (4, 7))
NEW_YORK = Place("New York", "US", "NY", "America/New_York", ("en",), (7, 11))
VLADIVOSTOK = Place("Vladivostok", "RU", "", "Asia/Vladivostok", ("ru",), (9, 14))

_PLACES = (RIGA,) * 7 + (LIEPAJA, LIEPAJA, DAUGAVPILS, TARTU, BERLIN, BERLIN, LONDON, NEW_YORK, NEW_YORK,
                         VLADIVOSTOK)  # fmt: skip
_FIRST = {
    "lv": "Anete Baiba Dace Edgars Gatis Ilze Inga Jānis Kristaps Laima Līga Māris Oskars Pēteris Rūta Zane",
    "ru": "Анна Вера Дмитрий Екатерина Игорь Ирина Лидия Марина Николай Ольга Павел Светлана Тимур Юлия",
    "en": "Amelia Bruno Clara Edith Felix Greta Hannah Hugo Ida Jonas Leo Maud Nora Otto Ruth Theo",
}
_LAST = {
    "lv": "Āboliņš Bērziņš Eglītis Kalniņš Krūmiņš Liepiņš Ozoliņš Priedītis Vītols Zariņš",
    "ru": "Белых Долгих Коваленко Кравец Мельник Петренко Седых Черных Шевчук",
    "en": "Adler Brandt Carver Fisher Hale Keller Lindqvist Marsh Novak Schubert Tanner Weber",
}
_FEMALE_ENDINGS = {"iņš": "iņa", "ītis": "īte", "ols": "ola"}
_LATIN = {
    **dict(zip("āčēģīķļņšūž", "acegiklnsuz", strict=True)),
    **dict(zip("абвгдезийклмнопрстуфхцчшщыьэюяё",
               ["a", "b", "v", "g", "d", "e", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u",
                "f", "h", "c", "ch", "sh", "sch", "y", "", "e", "yu", "ya", "e"], strict=True)),
}  # fmt: skip
_POST = ("mail.example", "post.example", "inbox.example")


def passers_by(dice: Dice) -> Iterator[Person]:
    """People without end; no two have the same address."""
    taken: set[str] = set()
    while True:
        place = dice.one_of(_PLACES)
        language = dice.one_of(place.languages)
        first = dice.one_of(_FIRST[language].split())
        last = _for(first, dice.one_of(_LAST[language].split()), language)
        address = f"{_latin(first)}.{_latin(last)}@{dice.one_of(_POST)}"
        if address in taken:
            continue
        taken.add(address)
        if dice.happens(0.12):  # some shops' forms do not ask
            first = last = ""
        yield Person(first, last, address, language, place)


def person(
    name: str, place: Place, *, language: str, email: str | None = None, domain: str = "home.example"
) -> Person:
    """Somebody with a part of their own. `email` may be what no mail can be sent to, or empty."""
    first, _, last = name.partition(" ")
    address = f"{_latin(first)}.{_latin(last)}@{domain}" if email is None else email
    return Person(first, last, address, language, place)


def _for(first: str, last: str, language: str) -> str:
    """Latvian surnames follow their bearer."""
    if language == "lv" and first.endswith(("a", "e")):
        for male, female in _FEMALE_ENDINGS.items():
            if last.endswith(male):
                return last.removesuffix(male) + female
    return last


def _latin(name: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in name.lower() if letter.isalpha())
