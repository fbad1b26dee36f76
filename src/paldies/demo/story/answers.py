"""What customers answer to what they are written, on the pages that the letters link to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from paldies.demo.story.dice import Dice


class Page(StrEnum):
    """The letter in the page's address."""

    WAY_OUT = "u"
    HOW_WAS_IT = "f"
    TELL_US = "c"


@dataclass(frozen=True, slots=True)
class Answer:
    """Given once, so long after the first letter that offers the page; `form` is what they fill in."""

    page: Page
    after: timedelta
    form: Mapping[str, str]


_CONTENT = {
    "en": ("", "Lovely work. Thank you!", "Even nicer than I had hoped.", "Came sooner than promised."),
    "lv": ("", "Viss ļoti skaisti, paldies!", "Vēl skaistāk, nekā cerēju.", "Atnāca ātrāk, nekā solīts."),
    "ru": ("", "Всё очень красиво, спасибо!", "Ещё лучше, чем на картинке.", "Пришло раньше, чем обещали."),
}


def rates(dice: Dice, language: str) -> Answer:
    """Somebody who is content."""
    words = dice.one_of(_CONTENT[language])
    form = {"rating": str(dice.one_of((4, 5, 5, 5)))} | ({"text": words} if words else {})
    return Answer(Page.HOW_WAS_IT, dice.span(timedelta(minutes=20), timedelta(hours=20)), form)


def says(page: Page, after: timedelta, **form: str) -> Answer:
    return Answer(page, after, form)
