"""Remembers the last good version of every text, so that a broken edit outlives no restart."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, col, select

from paldies.store.lock import alone
from paldies.store.tables.campaigns import TextVersion
from paldies.templates.names import TextName
from paldies.templates.source import Source


class TextMemory(Protocol):
    """What the library needs to be able to fall back on."""

    def names(self) -> Iterable[TextName]:
        """Every text that was ever good."""
        ...

    def last_good(self, name: TextName) -> Source | None: ...

    def remember(self, source: Source) -> None: ...


class Notebook:
    """The memory of one process: filled from the database at start, and written back by whoever holds it."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self._last_good = {source.name: source for source in sources}
        self._unsaved: dict[TextName, Source] = {}

    def names(self) -> Iterable[TextName]:
        return list(self._last_good)

    def last_good(self, name: TextName) -> Source | None:
        return self._last_good.get(name)

    def remember(self, source: Source) -> None:
        known = self._last_good.get(source.name)
        if known is None or known.sha != source.sha:
            self._last_good[source.name] = source
            self._unsaved[source.name] = source

    def learn(self, sources: Iterable[Source]) -> None:
        """Takes over what somebody else has saved meanwhile."""
        self._last_good |= {source.name: source for source in sources if source.name not in self._unsaved}

    def unsaved(self) -> list[Source]:
        return list(self._unsaved.values())

    def mark_saved(self, sources: Iterable[Source]) -> None:
        for source in sources:
            if self._unsaved.get(source.name) is source:
                del self._unsaved[source.name]


def load_texts(session: Session) -> list[Source]:
    """The latest version of every text."""
    rows = session.exec(select(TextVersion).order_by(col(TextVersion.created_at), col(TextVersion.id)))
    return list({source.name: source for source in map(_source, rows)}.values())


def save_texts(session: Session, sources: Sequence[Source], *, now: datetime) -> None:
    """Adds what is new; a version that staff went back to becomes the latest again."""
    alone(session, "texts")
    for source in sources:
        name = source.name
        row = session.exec(
            select(TextVersion).where(
                col(TextVersion.campaign) == name.campaign,
                col(TextVersion.step) == name.step,
                col(TextVersion.channel) == name.channel,
                col(TextVersion.locale) == name.locale,
                col(TextVersion.sha) == source.sha,
            )
        ).first()
        session.add(_touched(row, now) if row else _row(source, now))
    session.flush()


def _touched(row: TextVersion, now: datetime) -> TextVersion:
    row.created_at = now
    return row


def _row(source: Source, now: datetime) -> TextVersion:
    name = source.name
    return TextVersion(
        campaign=name.campaign,
        step=name.step,
        channel=name.channel,
        locale=name.locale,
        sha=source.sha,
        source=source.text,
        layout=source.layout,
        senders=source.senders,
        created_at=now,
    )


def _source(row: TextVersion) -> Source:
    name = TextName(row.campaign, row.step, row.channel, row.locale)
    return Source(name, row.source, row.layout, row.senders, row.sha)
