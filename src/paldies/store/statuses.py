"""Conditions on a message's status and purpose, and an enrolment's state, that the partial indexes answer.

The word stands literally in the statement. With a bound one PostgreSQL would not use the index, and SQLite
would plan the statement anew each time it runs: 50 µs where running it takes 5.
"""

from enum import StrEnum

from sqlalchemy import Column, ColumnElement, literal_column

from paldies.campaigns.words import EnrolmentState, MessageStatus, Purpose
from paldies.store.schema import enrolments, messages


def has_status(*statuses: MessageStatus) -> ColumnElement[bool]:
    """Any of them."""
    return _is_one_of(messages.c.status, statuses)


def has_purpose(purpose: Purpose) -> ColumnElement[bool]:
    return _is_one_of(messages.c.purpose, (purpose,))


def has_state(*states: EnrolmentState) -> ColumnElement[bool]:
    """Any of them."""
    return _is_one_of(enrolments.c.state, states)


def _is_one_of(column: Column[str], words: tuple[StrEnum, ...]) -> ColumnElement[bool]:
    literals: list[ColumnElement[str]] = [literal_column(f"'{word.value}'") for word in words]
    return column == literals[0] if len(literals) == 1 else column.in_(literals)
