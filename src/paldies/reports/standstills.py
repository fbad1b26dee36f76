"""What sends nothing until a person says so: channels, paused campaigns, campaigns of unusual volume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.store.schema import campaigns, messages
from paldies.store.statuses import has_status
from paldies.store.stops import stopped

COUNTED_TO = 10_000  # held messages


@dataclass(frozen=True, slots=True)
class Standstills:
    """`unusual`: by campaign, how many messages the blast breaker holds."""

    channels: Sequence[str]
    campaigns: Mapping[str, bool]  # all of them: whether a person has paused it
    unusual: Mapping[str, int]

    @property
    def paused(self) -> list[str]:
        return [name for name, is_paused in self.campaigns.items() if is_paused]


def read_standstills(session: Session) -> Standstills:
    states = session.execute(select(campaigns.c.name, campaigns.c.paused_at).order_by(campaigns.c.name))
    held = (
        select(messages.c.campaign)
        .where(has_status(MessageStatus.HELD), messages.c.reason == Reason.UNUSUAL_VOLUME.value)
        .limit(COUNTED_TO)
        .subquery()
    )
    unusual = session.execute(select(held.c.campaign, func.count()).group_by(held.c.campaign))
    return Standstills(
        channels=sorted(stopped(session)),
        campaigns={row.name: row.paused_at is not None for row in states},
        unusual={campaign: count for campaign, count in unusual},
    )
