"""Who buys: people who do not exist, in places that do."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from paldies.campaigns.words import TaskOutcome
from paldies.demo.story.answers import Answer, rates
from paldies.demo.story.dice import Dice
from paldies.demo.story.handling import Handling
from paldies.demo.story.places import (
    BERLIN,
    DAUGAVPILS,
    LIEPAJA,
    LONDON,
    NEW_YORK,
    RIGA,
    TARTU,
    VLADIVOSTOK,
    Place,
)
from paldies.demo.telephone.lines import Busy, CallLine, Machine, TextLine, Unanswered
from paldies.demo.telephone.lines import Person as Answering

NO_SUCH_MAILBOX = "gone.example"  # the demo's mail server refuses every address there for good
ASKS_TO_COME_BACK = "careful.example"  # and asks strangers to try again later here


@dataclass(frozen=True, slots=True)
class Person:
    """`rings` is what happens to one call after another, the last for good; `texts` likewise."""

    first_name: str
    last_name: str
    email: str
    language: str
    place: Place
    phone: str = ""  # as they wrote it in the shop's form
    agreed_to: frozenset[str] = frozenset()  # "call", "sms"
    rings: tuple[CallLine, ...] = ()
    texts: tuple[TextLine, ...] = ()
    answers: tuple[Answer, ...] = ()  # to what they are written
    handled: Handling = Handling()  # noqa: RUF009 - it never changes

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


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
_FIRST_NUMBER = 30  # those before it belong to people with a part of their own
_LINES: tuple[tuple[CallLine, ...], ...] = (
    (Answering(4.0),),
    (Answering(7.0),),
    (Answering(11.0),),
    (Unanswered(), Answering(9.0)),
    (Busy(), Answering(6.0)),
    (Machine(),),
)
_NOTHING, _BOTH, _TEXTS = frozenset[str](), frozenset({"call", "sms"}), frozenset({"sms"})
_AGREED_TO = (_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _BOTH, _BOTH, _TEXTS)
_HANDLINGS = (
    Handling(),
    Handling(note="had forgotten, and did it at once"),
    Handling(note="will do it tonight"),
    Handling(TaskOutcome.NO_ANSWER),
    Handling(outcome=None),
)


def passers_by(dice: Dice) -> Iterator[Person]:
    """People without end; no two have the same address or number."""
    taken: set[str] = set()
    numbers: dict[str, int] = defaultdict(lambda: _FIRST_NUMBER)
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
        phone, agreed_to = "", _NOTHING
        if dice.happens(0.8):
            phone = place.phone(numbers[place.country] % 100)
            numbers[place.country] += 1
            agreed_to = dice.one_of(
                (frozenset[str](),) * 7 + (frozenset({"call", "sms"}), frozenset({"sms"}))
            )
        yield Person(
            first,
            last,
            address,
            language,
            place,
            phone=phone,
            agreed_to=agreed_to,
            rings=dice.one_of(_LINES),
            handled=dice.one_of(_HANDLINGS),
            answers=usual_answers(dice, language),
        )


def usual_answers(dice: Dice, language: str) -> tuple[Answer, ...]:
    """Half of those who are asked how it was say so, and they are content."""
    return (rates(dice, language),) if dice.happens(0.5) else ()


def person(
    name: str,
    place: Place,
    *,
    language: str,
    email: str | None = None,
    domain: str = "home.example",
    number: int | None = None,
    agreed_to: str = "",
    rings: tuple[CallLine, ...] = (),
    texts: tuple[TextLine, ...] = (),
    answers: tuple[Answer, ...] = (),
    handled: Handling = Handling(),
) -> Person:
    """Somebody with a part of their own. `email` may be what no mail can be sent to, or empty."""
    first, _, last = name.partition(" ")
    return Person(
        first,
        last,
        f"{_latin(first)}.{_latin(last)}@{domain}" if email is None else email,
        language,
        place,
        phone="" if number is None else place.phone(number),
        agreed_to=frozenset(agreed_to.split()),
        rings=rings,
        texts=texts,
        answers=answers,
        handled=handled,
    )


def _for(first: str, last: str, language: str) -> str:
    """Latvian surnames follow their bearer."""
    if language == "lv" and first.endswith(("a", "e")):
        for male, female in _FEMALE_ENDINGS.items():
            if last.endswith(male):
                return last.removesuffix(male) + female
    return last


def _latin(name: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in name.lower() if letter.isalpha())
