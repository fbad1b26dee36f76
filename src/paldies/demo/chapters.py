"""The parts of the month that are not left to chance: each shows one thing that a shop has to get right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from paldies.demo.cast import (
    ASKS_TO_COME_BACK,
    BERLIN,
    DAUGAVPILS,
    LIEPAJA,
    LONDON,
    NEW_YORK,
    NO_SUCH_MAILBOX,
    RIGA,
    VLADIVOSTOK,
    Person,
    person,
)
from paldies.demo.deeds import Payment, What


@dataclass(slots=True)
class Draft:
    """An order before it has a number and a basket. Spans of refunds and cancellations count from payment."""

    person: Person
    placed_at: datetime
    payment: Payment = Payment.CARD
    has_todo: bool = False
    pays_after: timedelta = timedelta(0)
    bank_is_slow_by: timedelta = timedelta(0)
    cancelled_after: timedelta | None = None
    refunded_after: timedelta | None = None
    part_refunded_after: timedelta | None = None  # counts from delivery

    @property
    def end(self) -> tuple[timedelta, What] | None:
        """What ends it before anything is sent."""
        if self.cancelled_after is not None:
            return self.cancelled_after, What.CANCELLED
        if self.refunded_after is not None:
            return self.refunded_after, What.REFUNDED
        return None


Chapter = Callable[[datetime], Sequence[Draft]]


def alice_orders_on_monday_morning(begins: datetime) -> list[Draft]:
    return [Draft(person("Alise Kalniņa", RIGA, language="lv"), begins + timedelta(minutes=12))]


def boris_orders_after_midnight_and_has_something_to_do(begins: datetime) -> list[Draft]:
    """Three letters would fall on one day of his: the third waits for the next."""
    boris = person("Борис Седых", VLADIVOSTOK, language="ru")
    return [Draft(boris, _at(begins, 2, "01:30", boris), has_todo=True)]


def carla_thinks_better_of_it(begins: datetime) -> list[Draft]:
    carla = person("Carla Weber", NEW_YORK, language="en")
    return [Draft(carla, _at(begins, 0, "19:40", carla), cancelled_after=timedelta(hours=3))]


def an_address_that_is_gone(begins: datetime) -> list[Draft]:
    edgars = person("Edgars Liepiņš", LIEPAJA, language="lv", domain=NO_SUCH_MAILBOX)
    return [Draft(edgars, _at(begins, 1, "10:15", edgars), has_todo=True)]


def a_server_that_asks_strangers_to_come_back(begins: datetime) -> list[Draft]:
    greta = person("Greta Adler", BERLIN, language="en", domain=ASKS_TO_COME_BACK)
    return [Draft(greta, _at(begins, 1, "13:30", greta))]


def two_orders_within_the_hour(begins: datetime) -> list[Draft]:
    ida = person("Ida Marsh", LONDON, language="en")
    return [
        Draft(ida, _at(begins, 3, "20:05", ida)),
        Draft(ida, _at(begins, 3, "20:48", ida)),
    ]


def two_orders_and_the_first_is_cancelled(begins: datetime) -> list[Draft]:
    """The second speaks for itself then, and repeats nothing."""
    dace = person("Dace Vītola", RIGA, language="lv")
    return [
        Draft(dace, _at(begins, 5, "11:10", dace), cancelled_after=timedelta(hours=2)),
        Draft(dace, _at(begins, 5, "11:35", dace)),
    ]


def somebody_comes_back_after_nine_days(begins: datetime) -> list[Draft]:
    nora = person("Nora Fisher", NEW_YORK, language="en")
    return [Draft(nora, _at(begins, 4, "12:20", nora)), Draft(nora, _at(begins, 13, "18:05", nora))]


def money_back_before_the_thank_you(begins: datetime) -> list[Draft]:
    olga = person("Ольга Мельник", DAUGAVPILS, language="ru")
    return [Draft(olga, _at(begins, 7, "15:25", olga), refunded_after=timedelta(hours=17))]


def a_transfer_that_the_bank_tells_of_late(begins: datetime) -> list[Draft]:
    """Two days after the money came, "we have your order" would be odd."""
    hugo = person("Hugo Brandt", BERLIN, language="en")
    return [
        Draft(
            hugo,
            _at(begins, 8, "09:50", hugo),
            payment=Payment.TRANSFER,
            pays_after=timedelta(hours=70),
            bank_is_slow_by=timedelta(hours=46),
        )
    ]


def an_order_taken_by_telephone(begins: datetime) -> list[Draft]:
    """The shop has no address to write to."""
    rute = person("Rūta Eglīte", LIEPAJA, language="lv", email="")
    return [Draft(rute, _at(begins, 6, "10:40", rute), payment=Payment.ON_DELIVERY)]


def an_address_with_a_slip_in_it(begins: datetime) -> list[Draft]:
    theo = person("Theo Tanner", LONDON, language="en", email="theo.tanner@mail,example")
    return [Draft(theo, _at(begins, 9, "21:15", theo))]


def letters_due_while_the_shop_does_not_answer(begins: datetime) -> list[Draft]:
    """Whether the orders still stand cannot be known for some hours of the tenth day."""
    zane = person("Zane Priedīte", RIGA, language="lv")
    jonas = person("Jonas Keller", BERLIN, language="en")
    return [Draft(zane, _at(begins, 9, "16:10", zane)), Draft(jonas, _at(begins, 9, "16:30", jonas))]


def an_order_in_the_night_of_the_clock_change(begins: datetime) -> list[Draft]:
    lidija = person("Лидия Петренко", DAUGAVPILS, language="ru")
    return [Draft(lidija, _at(begins, 26, "23:30", lidija), has_todo=True)]


def _at(begins: datetime, day: int, clock: str, buyer: Person) -> datetime:
    """A moment on the buyer's own clock, so many days after the month began."""
    return datetime.combine(begins.date() + timedelta(days=day), time.fromisoformat(clock), buyer.place.clock)


CHAPTERS: tuple[Chapter, ...] = (
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
