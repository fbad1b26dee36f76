"""The chronicle as the cards that the page shows: each in one of four columns."""

from typing import Any

from paldies.campaigns.words import TaskOutcome
from paldies.demo.chronicle.entry import Entry, Kind
from paldies.demo.chronicle.words import ASKED, CALLED, DONE, HAPPENED, TEXTED, WISHED, readable
from paldies.demo.page.view import View, day_and_time

Card = dict[str, Any]

_GOOD, _BAD, _OPEN, _LATER = "good", "bad", "open", "later"
_OPENING = 160  # characters
_WELL = ("answered", "delivered", TaskOutcome.REACHED, "closed")


def card_of(entry: Entry, view: View) -> Card | None:
    """None for what the page has no place for. A card with an id that is there already takes its place."""
    match entry.kind:
        case Kind.LETTER:
            return _card(entry, "letters", "letter", title=entry.subject, text=_opening(entry.text))
        case Kind.CALL:
            return _call(entry, view)
        case Kind.TEXT:
            return _card(
                entry, "telephone", "text", title=TEXTED.get(entry.what, entry.what), text=entry.text
            )
        case Kind.TASK:
            return _task(entry)
        case Kind.ANSWER:
            return _card(
                entry, "staff", "answer", title="★" * (entry.rating or 0), text=entry.text, tone=_GOOD
            )
        case Kind.CASE:
            return _case(entry)
        case Kind.WISH:
            text = "Recorded, and kept to from that moment on"
            return _card(entry, "staff", "wish", title=_begun(WISHED[entry.what]), text=text, tone=_BAD)
        case Kind.SILENCE | Kind.LATER:
            return None if entry.is_usual else _no(entry)
        case Kind.ORDER | Kind.SHOP:
            return None


def ticker(entries: list[Entry]) -> str:
    """The latest that befell an order, in a line."""
    latest = next((one for one in reversed(entries) if one.kind is Kind.ORDER), None)
    if latest is None:
        return ""
    said = HAPPENED[latest.what].format(amount=latest.amount)
    where = f", {latest.city}" if latest.city else ""
    return f"{latest.who}{where}: {said}"


def told(entry: Entry) -> Card:
    """One line of an order's story."""
    return {
        "at": day_and_time(entry.at),
        "kind": entry.kind,
        "said": _in_a_word(entry),
        "about": readable(entry.step or entry.campaign),
        "more": " ".join(filter(None, (f"{entry.sentence}." if entry.sentence else "", _note(entry)))),
    }


def _note(entry: Entry) -> str:
    """What staff and customers said; what machines said to each other is for the log."""
    match entry.kind:
        case Kind.TASK | Kind.CASE:
            return entry.note
        case Kind.ANSWER:
            return entry.text
        case _:
            return ""


def _opening(text: str) -> str:
    """The first words of a letter, behind the name of who writes."""
    lines = [words for line in text.splitlines() if (words := line.strip("#> "))]
    return " ".join(lines[1:])[:_OPENING]


def _call(entry: Entry, view: View) -> Card:
    seconds, key = view.duration(entry.id), view.key(entry.id)
    said = [CALLED.get(entry.what, entry.what)]
    said += [f"{seconds} s"] if seconds else []
    said += [f"presses {key}"] if key else []
    return _card(
        entry, "telephone", "call", title=_begun(" · ".join(said)), text=entry.text if seconds else ""
    )


def _task(entry: Entry) -> Card:
    is_open = entry.what in ASKED
    said = ASKED[entry.what] if is_open else DONE[entry.what]
    until = f"Until {day_and_time(entry.until)}" if is_open and entry.until else entry.note
    tone = _OPEN if is_open else _GOOD if entry.what in _WELL else _BAD
    card = _card(entry, "staff", "task", title=_begun(said), text=until, tone=tone)
    return card | {"script": entry.text}


def _case(entry: Entry) -> Card:
    is_open = entry.what == "opened"
    title = "Complaint, open: nothing is offered meanwhile" if is_open else "Complaint, settled"
    text = f"“{entry.text}”" if is_open else f"“{entry.text}” {entry.note}"
    return _card(entry, "staff", "case", title=title, text=text, tone=_OPEN if is_open else _GOOD)


def _no(entry: Entry) -> Card:
    """What is parked has no end in sight; what waits has an hour."""
    tone = _LATER if entry.kind is Kind.LATER else ""
    way = {"call": "call", "sms": "text", "task": "call by a person"}.get(entry.channel, "letter")
    text = f"Not before {day_and_time(entry.until)}" if entry.until else entry.note
    card = _card(entry, "quiet", "no", title=entry.sentence, text=text, tone=tone)
    return card | {"id": "", "way": way, "word": "waits" if tone else entry.what}


def _card(entry: Entry, column: str, kind: str, *, title: str, text: str, tone: str = "") -> Card:
    return {
        "id": f"{kind}-{entry.id}" if entry.id else "",
        "column": column,
        "kind": kind,
        "at": day_and_time(entry.at).partition(" ")[2],
        "who": entry.who,
        "where": entry.city,
        "order": entry.number,
        "locale": entry.locale[:2],
        "about": readable(entry.step or entry.campaign),
        "title": title,
        "text": text,
        "tone": tone or (_GOOD if entry.what in _WELL else _BAD if kind in ("call", "text") else ""),
    }


def _in_a_word(entry: Entry) -> str:
    match entry.kind:
        case Kind.ORDER:
            return HAPPENED[entry.what].format(amount=entry.amount)
        case Kind.LETTER:
            return "a letter leaves"
        case Kind.CALL:
            return f"the telephone rings: {CALLED.get(entry.what, entry.what)}"
        case Kind.TEXT:
            return f"a text: {TEXTED.get(entry.what, entry.what)}"
        case Kind.TASK:
            return (ASKED if entry.what in ASKED else DONE)[entry.what]
        case Kind.ANSWER:
            return f"rates it {entry.rating} of 5"
        case Kind.CASE:
            return f"complaint {entry.what}"
        case Kind.WISH:
            return WISHED[entry.what]
        case Kind.LATER:
            return f"not before {day_and_time(entry.until)}" if entry.until else "waits"
        case _:
            return "not sent"


def _begun(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}"
