"""The chronicle as lines on a terminal."""

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import EventKind
from paldies.demo.chronicle import Entry, Kind, Tally
from paldies.demo.story import HOME

_COLOURS = {
    Kind.ORDER: "cyan",
    Kind.LETTER: "green",
    Kind.LATER: "yellow",
    Kind.SILENCE: "magenta",
    Kind.SHOP: "red",
}
_WORDS = {
    Kind.ORDER: "order",
    Kind.LETTER: "letter",
    Kind.LATER: "later",
    Kind.SILENCE: "not sent",
    Kind.SHOP: "shop",
}
_EVENTS = {
    EventKind.PLACED: "{who}, {city}, orders for {amount}",
    EventKind.PAID: "{who} has paid",
    EventKind.CANCELLED: "{who} cancels the order",
    EventKind.REFUNDED: "{who} gets the money back",
    EventKind.PART_REFUNDED: "{who} gets a part of the money back",
}  # parcels that leave and arrive would drown the rest
_TOO_USUAL = frozenset({Reason.NOT_WANTED})  # most orders leave the buyer nothing to do
_CLOCK_WIDTH = len("Mon  2 Mar 09:00")


class Narrator:
    """Leaves out what goes without saying."""

    def __init__(self) -> None:
        self._placed: dict[str, datetime] = {}

    def tell(self, entry: Entry, subjects: Mapping[str, str], console: Console) -> None:
        """`subjects` are those of the mails that were kept, by Message-ID."""
        said = self._said(entry, subjects)
        if said is None:
            return
        when = Text(f"{entry.at.astimezone(HOME):%a %e %b %H:%M}", "dim")
        word = Text(f"{_WORDS[entry.kind]:<8}", _COLOURS[entry.kind])
        number = Text(f"{entry.number:<7}", "bold")
        if console.is_terminal:
            row = Table.grid(padding=(0, 1))
            row.add_row(when, word, number, said)
            console.print(row)
        else:
            console.print(Text("  ").join((when, word, number, said)), soft_wrap=True)

    def _said(self, entry: Entry, subjects: Mapping[str, str]) -> Text | None:
        match entry.kind:
            case Kind.ORDER:
                return self._order(entry)
            case Kind.LETTER:
                subject = subjects.get(entry.mail_id, "")
                return Text.assemble(entry.who, (f"  “{subject}”", "italic"))
            case Kind.LATER:
                return _no_letter(entry)
            case Kind.SILENCE:
                return None if entry.reason in _TOO_USUAL else _no_letter(entry)
            case Kind.SHOP:
                return Text(
                    "The shop cannot be read: what depends on it waits"
                    if entry.what == "down"
                    else "The shop can be read again"
                )

    def _order(self, entry: Entry) -> Text | None:
        if entry.what == EventKind.PLACED:
            self._placed[entry.number] = entry.at
        if entry.what == EventKind.PAID and self._placed.get(entry.number) == entry.at:
            return None
        if entry.what not in _EVENTS:
            return None
        pattern = _EVENTS[EventKind(entry.what)]
        return Text(pattern.format(who=entry.who, city=entry.city, amount=entry.amount))


def status(now: str, tally: Tally, *, silences: int, url: str) -> Text:
    """The line that stays at the bottom; where it is too long, the address goes."""
    return Text.assemble(
        (f" {now:<{_CLOCK_WIDTH}} ", "reverse"),
        f"  {tally.orders} orders  ",
        (f"{tally.sent} sent  ", "green"),
        (f"{tally.waiting} waiting  ", "yellow"),
        (f"{silences} not sent  ", "magenta"),
        (url, "underline"),
        no_wrap=True,
        overflow="ellipsis",
    )


def _no_letter(entry: Entry) -> Text:
    """Which one, without the number that it has in its folder, and the reason in full."""
    name = (entry.step or entry.campaign).lstrip("0123456789_").replace("_", " ")
    return Text.assemble(
        f"{entry.who}, {name}: ", (f"{entry.sentence[:1].lower()}{entry.sentence[1:]}", "italic")
    )
