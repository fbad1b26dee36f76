"""Tasks: each chapter shows what becomes of something that only a person at the shop can do."""

from datetime import datetime, timedelta

from paldies.campaigns.words import TaskOutcome
from paldies.demo.story.cast import Person, person
from paldies.demo.story.chapters.draft import Chapter, Draft, at
from paldies.demo.story.handling import Handling
from paldies.demo.story.places import DAUGAVPILS, RIGA, TARTU


def a_call_by_a_person(begins: datetime) -> list[Draft]:
    handled = Handling(TaskOutcome.REACHED, note="chose the locker while we spoke")
    anete = person("Anete Liepiņa", RIGA, language="lv", number=14, handled=handled)
    return [_waits_for(anete, at(begins, 1, "16:10", anete))]


def nobody_gets_round_to_it(begins: datetime) -> list[Draft]:
    """When its time is over, the letter goes by itself."""
    hannah = person("Hannah Carver", TARTU, language="en", number=15, handled=Handling(outcome=None))
    return [_waits_for(hannah, at(begins, 3, "16:40", hannah))]


def she_would_rather_not_be_rung_up(begins: datetime) -> list[Draft]:
    handled = Handling(TaskOutcome.NO_MORE, note="friendly, but prefers letters")
    liga = person("Līga Eglīte", RIGA, language="lv", number=16, handled=handled)
    return [_waits_for(liga, at(begins, 9, "15:15", liga))]


def his_mailbox_answers(begins: datetime) -> list[Draft]:
    handled = Handling(TaskOutcome.VOICEMAIL, note="left no message")
    nikolai = person("Николай Белых", DAUGAVPILS, language="ru", number=17, handled=handled)
    return [_waits_for(nikolai, at(begins, 16, "15:30", nikolai))]


def _waits_for(buyer: Person, placed_at: datetime) -> Draft:
    """Something is left to do, which the buyer has forgotten."""
    return Draft(buyer, placed_at, has_todo=True, todo_takes=timedelta(hours=30))


TASKS: tuple[Chapter, ...] = (
    a_call_by_a_person,
    nobody_gets_round_to_it,
    she_would_rather_not_be_rung_up,
    his_mailbox_answers,
)
