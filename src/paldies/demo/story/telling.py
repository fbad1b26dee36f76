"""The month that is played: who buys when, and what becomes of it; the same for the same seed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count

from paldies.demo.story.cast import Person, passers_by
from paldies.demo.story.chapters import CHAPTERS
from paldies.demo.story.chapters.draft import Draft
from paldies.demo.story.deeds import Deed, Order, Payment, What
from paldies.demo.story.dice import Dice
from paldies.demo.story.goods import GOODS
from paldies.demo.story.month import BEGINS, ENDS, LAST_ORDERS
from paldies.demo.story.places import HOME, RIGA

EARLIER_ORDERS = 12  # from before paldies came: history
PASSERS_BY = 22
_FIRST_ID = 2040
_TODO = {
    "en": ("choose the parcel locker that suits you", "tell us the initials for the embroidery"),
    "lv": ("izvēlieties sev ērtāko pakomātu", "uzrakstiet mums iniciāļus izšuvumam"),
    "ru": ("выберите удобный для Вас пакомат", "сообщите нам инициалы для вышивки"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """`earlier` has happened before the month begins; `people` are all who order."""

    earlier: tuple[Deed, ...]
    deeds: tuple[Deed, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        everybody = (deed.order.person for deed in (*self.earlier, *self.deeds) if deed.order)
        return tuple({person.email or person.name: person for person in everybody}.values())


def tell(seed: int) -> Story:
    dice = Dice(seed)
    people = passers_by(dice)
    ids = count(_FIRST_ID)
    earlier = [_life(_before(dice, next(people)), dice, next(ids)) for _ in range(EARLIER_ORDERS)]
    drafts = [draft for chapter in CHAPTERS for draft in chapter(BEGINS)]
    drafts += [_chance_order(dice, next(people)) for _ in range(PASSERS_BY)]
    drafts.sort(key=lambda draft: draft.placed_at)
    lives = [_life(draft, dice, next(ids)) for draft in drafts]
    past = sorted((deed for life in earlier for deed in life), key=_when)
    deeds = sorted((_unless_down(deed) for life in lives for deed in life), key=_when)
    deeds = sorted([*_OUTAGE, *deeds, *(deed for deed in past if deed.at >= BEGINS)], key=_when)
    return Story(
        earlier=tuple(deed for deed in past if deed.at < BEGINS),
        deeds=tuple(deed for deed in deeds if deed.at < ENDS),
    )


def _before(dice: Dice, person: Person) -> Draft:
    ago = dice.span(timedelta(days=20), timedelta(days=60))
    return Draft(person, BEGINS - ago, payment=Payment.CARD)


def _chance_order(dice: Dice, person: Person) -> Draft:
    """Somebody who passes by, at an hour at which people are awake where they live."""
    day = (BEGINS + timedelta(days=dice.between(0, (LAST_ORDERS - BEGINS).days - 1))).date()
    hour = dice.one_of((8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 21, 21, 22, 23))
    placed = datetime.combine(day, time(hour, dice.between(0, 59), dice.between(0, 59)), person.place.clock)
    placed = max(placed.astimezone(HOME), BEGINS + timedelta(minutes=dice.between(5, 400)))
    payment = dice.one_of((Payment.CARD,) * 7 + (Payment.TRANSFER, Payment.TRANSFER))
    if person.place is RIGA and dice.happens(0.2):
        payment = Payment.ON_DELIVERY
    draft = Draft(person, placed, payment=payment, has_todo=dice.happens(0.5))
    if payment is Payment.TRANSFER:
        draft.pays_after = dice.span(timedelta(hours=3), timedelta(hours=30))
    fate = dice.between(1, 100)
    if fate <= 7:
        draft.cancelled_after = dice.span(timedelta(minutes=40), timedelta(hours=15))
    elif fate <= 12:
        draft.refunded_after = dice.span(timedelta(hours=2), timedelta(hours=19))
    elif fate <= 17:
        draft.part_refunded_after = dice.span(timedelta(days=1), timedelta(days=3))
    return draft


def _life(draft: Draft, dice: Dice, number: int) -> list[Deed]:
    """An order from the basket to the doorbell, or as far as it gets."""
    order = _order(draft, dice, number)
    deeds = [Deed(order.placed_at, What.PLACED, order)]
    if order.payment is not Payment.ON_DELIVERY:
        heard_at = order.placed_at + draft.pays_after
        booked_at = heard_at - draft.bank_is_slow_by if draft.bank_is_slow_by else None
        deeds.append(Deed(heard_at, What.PAID, order, booked_at=booked_at))
    else:
        heard_at = order.placed_at
    if end := draft.end:
        span, what = end
        return [*deeds, Deed(heard_at + span, what, order)]
    ready_at = heard_at
    if order.todo_by:
        takes = dice.span(timedelta(hours=4), timedelta(hours=40))
        ready_at = max(heard_at, order.placed_at + (draft.todo_takes or takes))
        deeds.append(Deed(ready_at, What.DONE, order))
    sent_at = _next_working_day(ready_at + timedelta(hours=20)).replace(hour=15)
    deeds.append(Deed(sent_at.astimezone(UTC), What.SENT, order))
    on_the_road = timedelta(days=dice.between(*order.person.place.transit_days))
    arrives_at = _next_working_day(sent_at + on_the_road).replace(hour=dice.one_of((11, 15))).astimezone(UTC)
    deeds.append(Deed(arrives_at, What.HANDED_OVER, order))
    if draft.part_refunded_after:
        deeds.append(Deed(arrives_at + draft.part_refunded_after, What.PART_REFUNDED, order))
    return deeds


def _order(draft: Draft, dice: Dice, number: int) -> Order:
    person = draft.person
    chosen = dice.some_of(GOODS, dice.one_of((1, 1, 2, 2, 3)))
    wanted = [article for article in GOODS if article.code == draft.buys and article not in chosen]
    basket = tuple(
        (article, dice.one_of((1, 1, 1, 2, 2, 4)) if article.cents < 3000 else 1)
        for article in [*wanted, *chosen]
    )
    todo, todo_by = "", None
    choice = dice.between(0, 1)
    if draft.has_todo:
        todo = _TODO[person.language][choice]
        tomorrow = draft.placed_at.astimezone(person.place.clock) + timedelta(days=2)
        todo_by = tomorrow.replace(hour=17, minute=0, second=0)
    promised_at = draft.placed_at + timedelta(days=person.place.transit_days[1] + 3)
    return Order(
        number,
        person,
        draft.placed_at.astimezone(UTC),
        basket,
        payment=draft.payment,
        promised_at=promised_at,
        todo=todo,
        todo_by=todo_by,
    )


def _next_working_day(at: datetime) -> datetime:
    """That day, or the Monday after a weekend, on the hour."""
    day = at.astimezone(HOME).replace(minute=0, second=0)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _when(deed: Deed) -> datetime:
    return deed.at


# One Thursday the shop's database does not answer.
_DOWN_AT = datetime(2026, 3, 12, 10, 20, tzinfo=HOME).astimezone(UTC)
_UP_AT = datetime(2026, 3, 12, 14, 5, tzinfo=HOME).astimezone(UTC)
_OUTAGE = (Deed(_DOWN_AT, What.SHOP_DOWN), Deed(_UP_AT, What.SHOP_UP))


def _unless_down(deed: Deed) -> Deed:
    """While the shop is down nothing happens in it; what would have, does so soon after."""
    if not _DOWN_AT <= deed.at < _UP_AT:
        return deed
    return replace(deed, at=_UP_AT + (deed.at - _DOWN_AT) / 10)
