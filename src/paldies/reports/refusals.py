"""What had forbidden an address or number at the moment at which a message was left out for it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping

from paldies.campaigns.reasons import Reason
from paldies.campaigns.traits import Traits
from paldies.campaigns.words import AddressKind
from paldies.reports.records import Records
from paldies.reports.story import Refusal


def refusal(
    leg: RowMapping, passage: RowMapping, records: Records, *, traits: Mapping[str, Traits]
) -> Refusal | None:
    """The oldest one that stood then, as that has the last word; None if the leg was not left out for one."""
    if leg["reason"] != Reason.SUPPRESSED:
        return None
    known = traits.get(leg["channel"])
    name = "phone" if known and known.address is AddressKind.PHONE else "email"
    for row in records.suppressions.get(passage[name] or "", ()):
        is_meant = row["channel"] in ("", leg["channel"]) and row["purpose"] in ("", leg["purpose"])
        if is_meant and _stood(row, leg["ended_at"]):
            return Refusal(passage["first_name"] or "", row["reason"], row["source"], row["suppressed_at"])
    return None


def _stood(row: RowMapping, at: datetime | None) -> bool:
    if at is None or row["suppressed_at"] > at:
        return False
    return row["lifted_at"] is None or row["lifted_at"] > at
