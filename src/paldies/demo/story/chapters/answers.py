"""Answers: each chapter shows what follows when a customer says something."""

from datetime import datetime, timedelta

from paldies.demo.story.answers import Page, says
from paldies.demo.story.cast import person
from paldies.demo.story.chapters.draft import Chapter, Draft, at
from paldies.demo.story.handling import Handling
from paldies.demo.story.places import LIEPAJA, RIGA, TARTU


def a_tray_with_a_crack(begins: datetime) -> list[Draft]:
    """As long as it is not put right, nobody asks her how it was, or offers her anything."""
    ilze = person(
        "Ilze Bērziņa",
        RIGA,
        language="lv",
        number=20,
        answers=(
            says(Page.TELL_US, timedelta(hours=2, minutes=10), text="Paplāte atnāca ar plaisu vienā malā."),
            says(Page.HOW_WAS_IT, timedelta(hours=5), rating="5", text="Jaunā ir nevainojama. Paldies!"),
        ),
        handled=Handling(settles_after=timedelta(days=6), resolution="A new tray was sent, and has arrived"),
    )
    return [Draft(ilze, at(begins, 1, "12:05", ilze), buys="BT-07")]


def somebody_is_let_down(begins: datetime) -> list[Draft]:
    """Two of five is no figure for a report: somebody looks into it."""
    maud = person(
        "Maud Fisher",
        TARTU,
        language="en",
        number=21,
        answers=(
            says(
                Page.HOW_WAS_IT,
                timedelta(hours=3),
                rating="2",
                text="Nice knives, but one handle is rough, and it gave me a splinter.",
            ),
        ),
        handled=Handling(resolution="Rang, apologised; two new knives are on their way"),
    )
    return [Draft(maud, at(begins, 2, "14:25", maud), buys="SP-03")]


def somebody_wants_no_more_letters(begins: datetime) -> list[Draft]:
    """One tap, at once, and for good; what is about an order of his would still come."""
    oskars = person(
        "Oskars Liepiņš",
        LIEPAJA,
        language="lv",
        number=22,
        answers=(says(Page.WAY_OUT, timedelta(minutes=4), what="promotional"),),
    )
    return [Draft(oskars, at(begins, 0, "21:15", oskars))]


def somebody_is_delighted(begins: datetime) -> list[Draft]:
    words = "Galdauts ir brīnišķīgs, un kartīte ar Annas parakstu mani ļoti iepriecināja."
    baiba = person(
        "Baiba Kalniņa",
        RIGA,
        language="lv",
        number=23,
        answers=(says(Page.HOW_WAS_IT, timedelta(hours=9), rating="5", text=words),),
    )
    return [Draft(baiba, at(begins, 2, "20:40", baiba), buys="TC-15")]


ANSWERS: tuple[Chapter, ...] = (
    a_tray_with_a_crack,
    somebody_is_let_down,
    somebody_wants_no_more_letters,
    somebody_is_delighted,
)
