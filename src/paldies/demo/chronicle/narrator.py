"""The chronicle as lines on a terminal, few enough to read along."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paldies.campaigns.words import EventKind
from paldies.demo.chronicle.chronicle import Tally
from paldies.demo.chronicle.entry import Entry, Kind
from paldies.demo.chronicle.words import ASKED, CALLED, DONE, HAPPENED, TEXTED, WISHED, readable
from paldies.demo.story.places import HOME

_LOOKS = {  # a sign, a word and a colour
    Kind.ORDER: ("◦", "order", "cyan"),
    Kind.LETTER: ("✉", "letter", "green"),
    Kind.CALL: ("☎", "call", "green"),
    Kind.TEXT: ("✆", "text", "green"),
    Kind.TASK: ("☐", "staff", "blue"),
    Kind.ANSWER: ("★", "answer", "blue"),
    Kind.CASE: ("!", "complaint", "red"),
    Kind.WISH: ("✋", "wish", "red"),
    Kind.LATER: ("…", "later", "yellow"),
    Kind.SILENCE: ("✕", "not sent", "magenta"),
    Kind.SHOP: ("!", "shop", "red"),
}
_ROUTINE = {
    Kind.ORDER: ("order", "orders"),
    Kind.LETTER: ("letter", "letters"),
    Kind.ANSWER: ("answer", "answers"),
    Kind.LATER: ("waits", "wait"),
    Kind.SILENCE: ("not sent, for a reason told before", "not sent, for reasons told before"),
}
_TOLD = {  # how many of a sort are told one by one; those of other kinds all are
    Kind.ORDER: 1,
    Kind.LETTER: 1,
    Kind.ANSWER: 3,
    Kind.LATER: 1,
    Kind.SILENCE: 2,
}
_UNTOLD = (EventKind.PAID, EventKind.SHIPPED, EventKind.DELIVERED)
_CLOCK_WIDTH = len("Mon  2 Mar 09:00")
_WORD_WIDTH = max(len(word) for _, word, _ in _LOOKS.values())


class Narrator:
    """Tells what matters, and the first of each sort, one by one; of the rest how many a day had."""

    def __init__(self, console: Console, *, duration: Callable[[str], int]) -> None:
        """`duration`: how many seconds a call took, by its id."""
        self._console = console
        self._duration = duration
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._rest: Counter[Kind] = Counter()
        self._refused: set[tuple[str, str]] = set()  # an order and the reason: one is as good as three
        self._day: date | None = None

    def tell(self, entry: Entry) -> None:
        if entry.is_usual or (entry.kind is Kind.ORDER and entry.what in _UNTOLD):
            return
        self._turn_to(entry.at.astimezone(HOME).date())
        if self._is_worth_a_line(entry):
            if said := self._said(entry):
                self._print(entry.at, entry.kind, said)
        else:
            self._rest[entry.kind] += 1

    def close_the_day(self) -> None:
        counts = [f"{n} {_ROUTINE[kind][n != 1]}" for kind in _ROUTINE if (n := self._rest[kind])]
        if counts and self._day:
            said = Text(f"and {', '.join(counts)}", "dim")
            self._row(Text(f"{self._day:%a %e %b}", "dim"), Text(), Text(), said)
        self._rest.clear()

    def _turn_to(self, day: date) -> None:
        if self._day != day:
            self.close_the_day()
            self._day = day

    def _is_worth_a_line(self, entry: Entry) -> bool:
        limit = _TOLD.get(entry.kind)
        if limit is None:
            return True
        if entry.kind is Kind.SILENCE and entry.channel in ("sms", "task"):
            return False  # the way before it had the same end, or the way after it did
        if entry.kind is Kind.SILENCE and (entry.number, entry.reason) in self._refused:
            return False
        self._refused.add((entry.number, entry.reason))
        sort = (
            entry.kind,
            entry.reason,
            "" if entry.reason else entry.what,
            entry.step if not entry.reason else "",
        )
        self._seen[sort] += 1
        return self._seen[sort] <= limit

    def _said(self, entry: Entry) -> Text | None:
        match entry.kind:
            case Kind.ORDER:
                what = HAPPENED[entry.what].format(amount=entry.amount)
                return Text(f"{_named(entry)} {what}")
            case Kind.LETTER:
                return Text.assemble(_named(entry), ": ", (f"“{entry.subject}”", "italic"))
            case Kind.CALL:
                return Text(f"{_named(entry)}: {self._how_it_went(entry)}")
            case Kind.TEXT:
                return Text(f"{_named(entry)}: {TEXTED.get(entry.what, entry.what)}")
            case Kind.TASK:
                return _task(entry)
            case Kind.ANSWER:
                said = f", “{entry.text}”" if entry.text else ""
                return Text.assemble(
                    _named(entry), ": ", ("★" * (entry.rating or 0), "yellow"), (said, "italic")
                )
            case Kind.CASE:
                return _case(entry)
            case Kind.WISH:
                return Text(f"{_named(entry)} {WISHED[entry.what]}", "bold")
            case Kind.LATER | Kind.SILENCE:
                return _no(entry)
            case Kind.SHOP:
                return Text(
                    "The shop's database cannot be read: what depends on it waits"
                    if entry.what == "down"
                    else "The shop's database can be read again"
                )

    def _how_it_went(self, entry: Entry) -> str:
        said = CALLED.get(entry.what, entry.what)
        seconds = self._duration(entry.id)
        return f"{said}, {seconds} s" if seconds else said

    def _print(self, at: datetime, kind: Kind, said: Text) -> None:
        sign, word, colour = _LOOKS[kind]
        when = Text(f"{at.astimezone(HOME):%a %e %b %H:%M}", "dim")
        self._row(when, Text(sign, colour), Text(f"{word:<{_WORD_WIDTH}}", colour), said)

    def _row(self, when: Text, sign: Text, word: Text, said: Text) -> None:
        if self._console.is_terminal:
            row = Table.grid(padding=(0, 1))
            for width in (_CLOCK_WIDTH, 1, _WORD_WIDTH):
                row.add_column(width=width, no_wrap=True)
            row.add_column()
            row.add_row(when, sign, word, said)
            self._console.print(row)
        else:
            self._console.print(Text(" ").join((when, sign, word, said)), soft_wrap=True)


def status(now: str, tally: Tally, *, url: str) -> Text:
    """The line that stays at the bottom; where it is too long, the address goes."""
    return Text.assemble(
        (f" {now:<{_CLOCK_WIDTH}} ", "reverse"),
        f"  {tally.orders} orders  ",
        (f"{tally.letters} letters  {tally.calls} calls  {tally.texts} texts  ", "green"),
        (f"{tally.tasks} staff tasks  ", "blue"),
        (f"{tally.silences} not sent  ", "magenta"),
        (url, "underline"),
        no_wrap=True,
        overflow="ellipsis",
    )


def _named(entry: Entry) -> str:
    return f"{entry.who}, {entry.city}" if entry.city else entry.who


def _task(entry: Entry) -> Text:
    if entry.what in ASKED:
        what = ASKED[entry.what]
        until = f", until {entry.until.astimezone(HOME):%a %H:%M}" if entry.until else ""
        return Text(f"{_named(entry)}: {what}{until}")
    note = f" ({entry.note})" if entry.note else ""
    return Text(f"{_named(entry)}: {DONE[entry.what]}{note}")


def _case(entry: Entry) -> Text:
    if entry.what == "closed":
        return Text(f"{_named(entry)}: settled ({entry.note})")
    words = entry.text.replace("\n", ": ")
    return Text.assemble(_named(entry), (f": “{words}” Until this is settled, nothing is offered", "bold"))


def _no(entry: Entry) -> Text:
    """Which one, and the reason in full."""
    name = readable(entry.step or entry.campaign)
    way = {"call": "no call", "sms": "no text"}.get(entry.channel, "")
    reason = f"{entry.sentence[:1].lower()}{entry.sentence[1:]}"
    until = f", so at {entry.until.astimezone(HOME):%a %H:%M}" if entry.until else ""
    return Text.assemble(
        f"{_named(entry)}, {name}{f', {way}' if way else ''}: ", (f"{reason}{until}", "italic")
    )
