"""Conditions on a message's status and purpose, and an enrolment's state.

The word stands literally in the statement, so that the partial indexes can answer. With a bound one
PostgreSQL would not use them, and SQLite would plan the statement anew each time it runs: 50 µs where running
it takes 5.
"""

from enum import StrEnum

from sqlalchemy import Column, ColumnElement, literal_column

from paldies.campaigns.words import MessageStatus, Purpose
from paldies.store.schema import messages


def has_status(*statuses: MessageStatus) -> ColumnElement[bool]:
    """Any of them."""
    return _is_one_of(messages.c.status, statuses)


def has_purpose(purpose: Purpose) -> ColumnElement[bool]:
    return _is_one_of(messages.c.purpose, (purpose,))


def is_still(column: Column[str], word: StrEnum) -> ColumnElement[bool]:
    """Of a row that is named by its key: no index is to answer it.

    PostgreSQL knows how many are, say, scheduled as of its last look at the table. In a rush it would take
    the index of those for all but empty still, and go through the whole of it instead of looking for the key.
    """
    return column.concat(literal_column("''")) == _literal(word)


def _is_one_of(column: Column[str], words: tuple[StrEnum, ...]) -> ColumnElement[bool]:
    literals = [_literal(word) for word in words]
    return column == literals[0] if len(literals) == 1 else column.in_(literals)


def _literal(word: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{word.value}'")
