"""Those who are inside a campaign under an older plan, a piece at a time, as values."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from paldies.campaigns.underway import Entry, Underway
from paldies.campaigns.words import EnrolmentState, MessageStatus, Purpose
from paldies.outbox.happened import happened
from paldies.store.schema import enrolments, messages, orders, plan_versions

CHUNK = 25  # passages at once


def inside_older_plans(
    session: Session, campaign: str, than: int | None, *, after: int, limit: int = CHUNK
) -> Sequence[RowMapping]:
    """Up to `limit` open enrolments beyond the row `after`; `than` is a version, None: a plan to come."""
    wanted = (
        select(enrolments)
        .where(enrolments.c.campaign == campaign, enrolments.c.state == EnrolmentState.OPEN.value)
        .where(enrolments.c.id > after)
        .order_by(enrolments.c.id)
        .limit(limit)
    )
    if than is not None:
        older = select(plan_versions.c.id).where(plan_versions.c.campaign == campaign)
        wanted = wanted.where(enrolments.c.plan_version_id.in_(older.where(plan_versions.c.version < than)))
    return session.execute(wanted).mappings().all()


def read_passages(session: Session, rows: Sequence[RowMapping], home_zone: str) -> list[Underway]:
    """One for each row, in the same order."""
    found = session.execute(
        select(messages)
        .where(messages.c.enrolment_id.in_([row["id"] for row in rows]))
        .order_by(messages.c.step, messages.c.leg)
    )
    entries: dict[int, list[Entry]] = defaultdict(list)
    for message in found.mappings():
        entries[message["enrolment_id"]].append(_entry(message))
    order_ids = {row["order_id"] for row in rows} - {None}
    so_far = happened(session, order_ids)
    places = {
        place.id: place
        for place in session.execute(
            select(orders.c.id, orders.c.zones, orders.c.country, orders.c.region).where(
                orders.c.id.in_(order_ids)
            )
        )
    }
    passages = []
    for row in rows:
        place = places.get(row["order_id"])
        passages.append(
            Underway(
                key=row["key"],
                event_at=row["event_at"],
                entries=tuple(entries[row["id"]]),
                home_zone=home_zone,
                happened=so_far[row["order_id"] or 0],
                is_late_seen=row["is_late_seen"],
                zones=tuple(place.zones) if place else (),
                country=place.country if place else "",
                region=place.region if place else "",
            )
        )
    return passages


def _entry(row: RowMapping) -> Entry:
    return Entry(
        id=row["id"],
        step=row["step"],
        leg=row["leg"],
        channel=row["channel"],
        purpose=Purpose(row["purpose"]),
        status=MessageStatus(row["status"]),
        reason=row["reason"],
        send_at=row["send_at"],
        expires_at=row["expires_at"],
        claimed_at=row["claimed_at"],
        parked_at=row["parked_at"],
        is_approved=row["approved_at"] is not None,
        possible_duplicate=row["possible_duplicate"],
        is_late_seen=row["is_late_seen"],
        note=row["note"],
    )
