"""Letters: each chapter shows one thing that a shop has to get right about them."""

from datetime import datetime, timedelta

from paldies.demo.story.cast import ASKS_TO_COME_BACK, NO_SUCH_MAILBOX, person
from paldies.demo.story.chapters.draft import Chapter, Draft, at
from paldies.demo.story.deeds import Payment
from paldies.demo.story.places import BERLIN, DAUGAVPILS, LIEPAJA, LONDON, NEW_YORK, RIGA, VLADIVOSTOK


def alice_orders_on_monday_morning(begins: datetime) -> list[Draft]:
    return [Draft(person("Alise Kalniņa", RIGA, language="lv"), begins + timedelta(minutes=12))]


def boris_orders_after_midnight_and_has_something_to_do(begins: datetime) -> list[Draft]:
    """Three letters would fall on one day of his: the third waits for the next."""
    boris = person("Борис Седых", VLADIVOSTOK, language="ru")
    return [Draft(boris, at(begins, 2, "01:30", boris), has_todo=True)]


def carla_thinks_better_of_it(begins: datetime) -> list[Draft]:
    carla = person("Carla Weber", NEW_YORK, language="en")
    return [Draft(carla, at(begins, 0, "19:40", carla), cancelled_after=timedelta(hours=3))]


def an_address_that_is_gone(begins: datetime) -> list[Draft]:
    edgars = person("Edgars Liepiņš", LIEPAJA, language="lv", domain=NO_SUCH_MAILBOX)
    return [Draft(edgars, at(begins, 1, "10:15", edgars), has_todo=True)]


def a_server_that_asks_strangers_to_come_back(begins: datetime) -> list[Draft]:
    greta = person("Greta Adler", BERLIN, language="en", domain=ASKS_TO_COME_BACK)
    return [Draft(greta, at(begins, 1, "13:30", greta))]


def two_orders_within_the_hour(begins: datetime) -> list[Draft]:
    ida = person("Ida Marsh", LONDON, language="en")
    return [
        Draft(ida, at(begins, 3, "20:05", ida)),
        Draft(ida, at(begins, 3, "20:48", ida)),
    ]


def two_orders_and_the_first_is_cancelled(begins: datetime) -> list[Draft]:
    """The second speaks for itself then, and repeats nothing."""
    dace = person("Dace Vītola", RIGA, language="lv")
    return [
        Draft(dace, at(begins, 5, "11:10", dace), cancelled_after=timedelta(hours=2)),
        Draft(dace, at(begins, 5, "11:35", dace)),
    ]


def somebody_comes_back_after_nine_days(begins: datetime) -> list[Draft]:
    nora = person("Nora Fisher", NEW_YORK, language="en")
    return [Draft(nora, at(begins, 4, "12:20", nora)), Draft(nora, at(begins, 13, "18:05", nora))]


def money_back_before_the_thank_you(begins: datetime) -> list[Draft]:
    olga = person("Ольга Мельник", DAUGAVPILS, language="ru")
    return [Draft(olga, at(begins, 7, "15:25", olga), refunded_after=timedelta(hours=17))]


def a_transfer_that_the_bank_tells_of_late(begins: datetime) -> list[Draft]:
    """Two days after the money came, "we have your order" would be odd."""
    hugo = person("Hugo Brandt", BERLIN, language="en")
    return [
        Draft(
            hugo,
            at(begins, 8, "09:50", hugo),
            payment=Payment.TRANSFER,
            pays_after=timedelta(hours=70),
            bank_is_slow_by=timedelta(hours=46),
        )
    ]


def an_order_taken_by_telephone(begins: datetime) -> list[Draft]:
    """The shop has no address to write to."""
    rute = person("Rūta Eglīte", LIEPAJA, language="lv", email="")
    return [Draft(rute, at(begins, 6, "10:40", rute), payment=Payment.ON_DELIVERY)]


def an_address_with_a_slip_in_it(begins: datetime) -> list[Draft]:
    theo = person("Theo Tanner", LONDON, language="en", email="theo.tanner@mail,example")
    return [Draft(theo, at(begins, 9, "21:15", theo))]


def letters_due_while_the_shop_does_not_answer(begins: datetime) -> list[Draft]:
    """Whether the orders still stand cannot be known for some hours of the tenth day."""
    zane = person("Zane Priedīte", RIGA, language="lv")
    jonas = person("Jonas Keller", BERLIN, language="en")
    return [Draft(zane, at(begins, 9, "16:10", zane)), Draft(jonas, at(begins, 9, "16:30", jonas))]


def an_order_in_the_night_of_the_clock_change(begins: datetime) -> list[Draft]:
    lidija = person("Лидия Петренко", DAUGAVPILS, language="ru")
    return [Draft(lidija, at(begins, 26, "23:30", lidija), has_todo=True)]


LETTERS: tuple[Chapter, ...] = (
    alice_orders_on_monday_morning,
    boris_orders_after_midnight_and_has_something_to_do,
    carla_thinks_better_of_it,
    an_address_that_is_gone,
    a_server_that_asks_strangers_to_come_back,
    two_orders_within_the_hour,
    somebody_comes_back_after_nine_days,
    two_orders_and_the_first_is_cancelled,
    an_order_taken_by_telephone,
    money_back_before_the_thank_you,
    a_transfer_that_the_bank_tells_of_late,
    letters_due_while_the_shop_does_not_answer,
    an_address_with_a_slip_in_it,
    an_order_in_the_night_of_the_clock_change,
)
