"""Conditions on a message's status that the partial indexes answer."""

from sqlalchemy import ColumnElement, bindparam

from paldies.campaigns.words import MessageStatus
from paldies.store.schema import messages


def has_status(status: MessageStatus) -> ColumnElement[bool]:
    """The word stands literally in the statement: with a bound one PostgreSQL would not use the index."""
    return messages.c.status == bindparam(None, status.value, literal_execute=True)
