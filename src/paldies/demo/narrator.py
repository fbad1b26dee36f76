"""The chronicle as lines on a terminal."""

from collections.abc import Mapping

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
    """`subjects` are those of the mails that were kept, by Message-ID."""

    def __init__(self) -> None:
        self._placed: dict[str, object] = {}

    def line(self, entry: Entry, subjects: Mapping[str, str]) -> Text | None:
        """None for what goes without saying."""
        said = self._said(entry, subjects)
        if said is None:
            return None
        colour = _COLOURS[entry.kind]
        return Text.assemble(
            (_clock(entry), "dim"),
            "  ",
            (f"{entry.kind:<8}", colour),
            (f"{entry.number:<8} ", "bold" if entry.number else ""),
            said,
            no_wrap=True,
            overflow="ellipsis",
        )

    def _said(self, entry: Entry, subjects: Mapping[str, str]) -> Text | None:
        match entry.kind:
            case Kind.ORDER:
                return self._order(entry)
            case Kind.LETTER:
                subject = subjects.get(entry.mail_id, "")
                return Text.assemble(entry.who, (f"  “{subject}”", "italic"))
            case Kind.LATER:
                return Text(f"{entry.who}: {_step(entry)} waits, {_because(entry)}")
            case Kind.SILENCE:
                if entry.reason in _TOO_USUAL:
                    return None
                return Text(f"{entry.who}: no {_step(entry)}, {_because(entry)}")
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


def _clock(entry: Entry) -> str:
    return f"{entry.at.astimezone(HOME):%a %e %b %H:%M}"


def _step(entry: Entry) -> str:
    """Without the number that it has in its folder."""
    name = entry.step or entry.campaign
    return f"“{name.lstrip('0123456789_').replace('_', ' ')}”"


def _because(entry: Entry) -> str:
    return entry.sentence[:1].lower() + entry.sentence[1:]
