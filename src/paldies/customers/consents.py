"""What people answered when asked whether they may be contacted: per address, channel and purpose."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.words import Purpose, purpose_of
from paldies.customers.revision import bump, customers_using
from paldies.store.among import among
from paldies.store.prepared import Prepared
from paldies.store.questions import Question
from paldies.store.schema import consents
from paldies.value import value

# What a shop's checkbox covers.
CHECKBOXES = {
    "email": (Purpose.PROMOTIONAL,),  # service e-mail needs no consent
    "sms": (Purpose.SERVICE, Purpose.PROMOTIONAL),
    "call": (Purpose.SERVICE, Purpose.PROMOTIONAL),
}


@value
class Answer:
    """A yes or a no, and when it was given."""

    address: str  # normalised e-mail address or E.164 number
    channel: str
    purpose: Purpose
    agreed: bool
    given_at: datetime
    wording: str = ""


def record(session: Session, answers: Iterable[Answer], *, source: str) -> None:
    """Writes down what one source says; its latest-dated answer counts, and of two of one date the no.

    A no is kept even where there was no yes before, so that an older yes that is read later does not undo it.
    Neither answer touches what other sources recorded, and no yes ever lifts a suppression.
    """
    by_date = sorted(answers, key=lambda answer: (answer.given_at, not answer.agreed))
    addresses = {answer.address for answer in by_date}
    if not addresses:
        return
    known: dict[tuple[str, str, str], dict[str, Any]] = {
        (row["address"], row["channel"], row["purpose"]): row
        for row in (found._asdict() for found in _SAID.ask(session, addresses=addresses, by=source))
    }
    changed = set()
    for answer in by_date:
        key = (answer.address, answer.channel, answer.purpose.value)
        row = known.get(key)
        if (after := _weighed(row, answer)) != row:
            known[key] = after
            changed.add(key)
    if not changed:
        return
    bump(session, customers_using(session, {address for address, _, _ in changed}))
    added = [{**known[key], "source": source} for key in sorted(changed) if "id" not in known[key]]
    moved = [known[key] for key in sorted(changed) if "id" in known[key]]
    if added:
        _ADD.run(session, added)
    if moved:
        _MOVE.run(
            session,
            [
                {
                    "row": row["id"],
                    "granted": row["granted_at"],
                    "withdrawn": row["withdrawn_at"],
                    "said": row["wording"],
                }
                for row in moved
            ],
        )


_SAID = Question(
    select(consents).where(among(consents.c.address, "addresses"), consents.c.source == bindparam("by"))
)
_ADD = Prepared(insert(consents))
_MOVE = Prepared(
    update(consents)
    .where(consents.c.id == bindparam("row"))
    .values(
        granted_at=bindparam("granted", type_=consents.c.granted_at.type),
        withdrawn_at=bindparam("withdrawn", type_=consents.c.withdrawn_at.type),
        wording=bindparam("said"),
    )
)
_GRANTED = Question(
    select(consents.c.address, consents.c.purpose)
    .where(among(consents.c.address, "addresses"))
    .where(consents.c.channel == bindparam("asked_channel"), consents.c.withdrawn_at.is_(None))
)


def consented(
    session: Session, asked: Collection[tuple[str, Purpose]], *, channel: str
) -> set[tuple[str, Purpose]]:
    """Those of the asked addresses and purposes for which somebody recorded a yes that stands."""
    addresses = list({address for address, _ in asked if address})
    if not addresses:
        return set()
    found = _GRANTED.ask(session, addresses=addresses, asked_channel=channel)
    return {(address, purpose_of(purpose)) for address, purpose in found} & set(asked)


def _weighed(row: dict[str, Any] | None, answer: Answer) -> dict[str, Any]:
    """A row as it is after one more answer."""
    at = answer.given_at
    if row is None:
        return {
            "address": answer.address,
            "channel": answer.channel,
            "purpose": answer.purpose.value,
            "granted_at": at,
            "withdrawn_at": None if answer.agreed else at,
            "wording": answer.wording,
        }
    granted, withdrawn = row["granted_at"], row["withdrawn_at"]
    if answer.agreed and at > (withdrawn or granted):
        return {**row, "granted_at": at, "withdrawn_at": None, "wording": answer.wording or row["wording"]}
    if not answer.agreed and at >= (withdrawn or granted):
        return {**row, "withdrawn_at": at}
    return row
