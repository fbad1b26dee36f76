"""Calls: each chapter shows one thing that a shop has to get right about ringing people up.

In all of them somebody has something left to do, and is to be reminded of it sixteen hours later.
"""

from datetime import datetime, timedelta

from paldies.campaigns.words import TaskOutcome
from paldies.demo.story.cast import Person, person
from paldies.demo.story.chapters.draft import Chapter, Draft, at
from paldies.demo.story.handling import Handling
from paldies.demo.story.places import (
    BERLIN,
    DAUGAVPILS,
    LIEPAJA,
    NEW_YORK,
    RIGA,
    SOMEWHERE_IN_THE_STATES,
)
from paldies.demo.telephone.lines import Busy, Machine, Unanswered, Unconnected, Undelivered
from paldies.demo.telephone.lines import Person as Answering

_BOTH = "call sms"


def a_reminder_that_is_answered(begins: datetime) -> list[Draft]:
    laima = person("Laima Ozoliņa", RIGA, language="lv", number=1, agreed_to=_BOTH, rings=(Answering(7),))
    return [_waits_for(laima, at(begins, 0, "18:20", laima))]


def busy_and_half_an_hour_later_not(begins: datetime) -> list[Draft]:
    rings = (Busy(), Answering(5))
    maris = person("Māris Krūmiņš", LIEPAJA, language="lv", number=2, agreed_to=_BOTH, rings=rings)
    return [_waits_for(maris, at(begins, 1, "19:35", maris))]


def nobody_answers_three_times(begins: datetime) -> list[Draft]:
    """Then a text, and that is that."""
    gatis = person("Gatis Zariņš", RIGA, language="lv", number=3, agreed_to=_BOTH, rings=(Unanswered(),))
    return [_waits_for(gatis, at(begins, 2, "17:05", gatis))]


def an_answering_machine(begins: datetime) -> list[Draft]:
    """It is told where to find the rest, and nothing that a flatmate need not hear."""
    felix = person("Felix Schubert", BERLIN, language="en", number=4, agreed_to=_BOTH, rings=(Machine(),))
    return [_waits_for(felix, at(begins, 3, "17:50", felix))]


def a_number_that_does_not_exist(begins: datetime) -> list[Draft]:
    """No call, no text: a person at the shop has to find the way."""
    igor = person(
        "Игорь Коваленко",
        DAUGAVPILS,
        language="ru",
        number=5,
        agreed_to=_BOTH,
        rings=(Unconnected(13224),),
        texts=(Undelivered(30005),),
        handled=Handling(TaskOutcome.WRONG_NUMBER, note="there is no such number"),
    )
    return [_waits_for(igor, at(begins, 7, "17:20", igor))]


def no_more_calls_please(begins: datetime) -> list[Draft]:
    """He presses 9, and nobody rings that number again."""
    peteris = person(
        "Pēteris Āboliņš", RIGA, language="lv", number=6, agreed_to=_BOTH, rings=(Answering(9, presses="9"),)
    )
    return [_waits_for(peteris, at(begins, 8, "18:40", peteris))]


def please_ring_me_back(begins: datetime) -> list[Draft]:
    """She presses 2: a person rings within the hour."""
    clara = person(
        "Clara Novak",
        BERLIN,
        language="en",
        number=7,
        agreed_to=_BOTH,
        rings=(Answering(4, presses="2"),),
        handled=Handling(
            note="wanted to hear that the initials are free of charge", takes=timedelta(minutes=25)
        ),
    )
    return [_waits_for(clara, at(begins, 9, "18:10", clara))]


def no_call_on_a_sunday(begins: datetime) -> list[Draft]:
    """A text will do."""
    kristaps = person(
        "Kristaps Vītols", LIEPAJA, language="lv", number=8, agreed_to=_BOTH, rings=(Answering(6),)
    )
    return [_waits_for(kristaps, at(begins, 5, "23:50", kristaps))]


def an_address_in_one_of_several_zones(begins: datetime) -> list[Draft]:
    """Whether it is a decent hour must be true from New York to Honolulu."""
    otto = person(
        "Otto Lindqvist",
        SOMEWHERE_IN_THE_STATES,
        language="en",
        number=9,
        agreed_to=_BOTH,
        rings=(Answering(10),),
    )
    return [_waits_for(otto, at(begins, 14, "17:40", otto))]


def somebody_who_was_not_asked(begins: datetime) -> list[Draft]:
    """There is a number, but no yes to being rung up by a machine: there is none."""
    ruth = person("Ruth Marsh", NEW_YORK, language="en", number=10, rings=(Answering(6),))
    return [_waits_for(ruth, at(begins, 15, "18:30", ruth))]


def money_back_before_the_reminder(begins: datetime) -> list[Draft]:
    """The telephone does not ring about an order that is no more."""
    julia = person(
        "Юлия Шевчук", DAUGAVPILS, language="ru", number=11, agreed_to=_BOTH, rings=(Answering(6),)
    )
    refunded_after = timedelta(hours=15, minutes=20)
    return [_waits_for(julia, at(begins, 10, "18:00", julia), refunded_after=refunded_after)]


def _waits_for(buyer: Person, placed_at: datetime, *, refunded_after: timedelta | None = None) -> Draft:
    """Something is left to do, which the buyer has forgotten."""
    return Draft(
        buyer, placed_at, has_todo=True, todo_takes=timedelta(hours=30), refunded_after=refunded_after
    )


CALLS: tuple[Chapter, ...] = (
    a_reminder_that_is_answered,
    busy_and_half_an_hour_later_not,
    nobody_answers_three_times,
    an_answering_machine,
    a_number_that_does_not_exist,
    no_more_calls_please,
    please_ring_me_back,
    no_call_on_a_sunday,
    an_address_in_one_of_several_zones,
    somebody_who_was_not_asked,
    money_back_before_the_reminder,
)
