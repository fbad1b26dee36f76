"""Moves those who are inside a campaign to its new plan: foreseen, then done by the very same values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import RowMapping, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign
from paldies.campaigns.moving import move
from paldies.campaigns.outlook import Outlook
from paldies.campaigns.traits import Traits
from paldies.campaigns.underway import Change, Move
from paldies.campaigns.words import EnrolmentState, MessageStatus
from paldies.customers.revision import bump
from paldies.outbox.endings import finish, stop
from paldies.outbox.first_legs import first_leg
from paldies.outbox.passages import CHUNK, inside_older_plans, read_passages
from paldies.outbox.plans import Plans
from paldies.outbox.stopping import hand_over
from paldies.store.database import Database
from paldies.store.pace import A_TURN, Pace
from paldies.store.prepared import Prepared
from paldies.store.schema import enrolments, messages, plan_versions
from paldies.store.tables import CampaignRow, PlanVersion

log = structlog.get_logger(__name__)

_FEW = 5  # passages: what a transaction takes anyway is as long as with these


@dataclass(frozen=True, slots=True)
class Moving:
    """What it takes to judge a passage by a new plan."""

    plans: Plans
    traits: Mapping[str, Traits]
    home_zone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A published version that those inside older ones are moved to."""

    id: int
    version: int
    campaign: Campaign
    is_uncounted: bool


@dataclass(frozen=True, slots=True)
class _Moved:
    """What one transaction has come to; `last` is the row it came as far as."""

    moves: Sequence[Move]
    last: int


def foresee(database: Database, campaign: Campaign, moving: Moving) -> Outlook:
    """What `carry_out` would do if the campaign were published now; nothing is written."""
    outlook, after = Outlook(), 0
    while piece := database.look(_foreseen, campaign, moving, after=after):
        outlook, after = outlook.plus(*piece.moves), piece.last
    return outlook


def carry_out(database: Database, to: Target, moving: Moving) -> Outlook:
    """Moves everybody, a short transaction at a time; what was done before an interruption stays done."""
    rest = A_TURN if database.is_sqlite else 0.0  # elsewhere only those who mean the same rows wait
    outlook, after, pace = Outlook(), 0, Pace(first=CHUNK, most=CHUNK, least=_FEW, rest=rest)
    while piece := _moved_by(database, to, moving, after=after, pace=pace):
        outlook, after = outlook.plus(*piece.moves), piece.last
    database.now(_mark_done, to.id)
    return outlook


def _moved_by(database: Database, to: Target, moving: Moving, *, after: int, pace: Pace) -> _Moved | None:
    with pace.piece() as limit:
        return database.now(_move_some, to, moving, after=after, limit=limit)


def go_on(database: Database, moving: Moving) -> list[str]:
    """Ends what was interrupted; the names of the campaigns."""
    targets = database.look(half_done, moving.plans)
    for to in targets:
        carry_out(database, to, moving)
    return [to.campaign.name for to in targets]


def half_done(session: Session, plans: Plans) -> list[Target]:
    """The versions that people inside older ones are still being moved to, the oldest first."""
    wanted = select(PlanVersion).where(plan_versions.c.moving_since.is_not(None))
    found = session.scalars(wanted.order_by(plan_versions.c.version))
    return [_target(plans, session, version) for version in found]


def target(session: Session, plans: Plans, campaign: str) -> Target:
    """The published version."""
    present = session.get_one(CampaignRow, campaign).plan_version_id
    return _target(plans, session, session.get_one(PlanVersion, present))


def _target(plans: Plans, session: Session, version: PlanVersion) -> Target:
    assert version.id is not None  # noqa: S101 - it is in the database
    return Target(version.id, version.version, plans.version(session, version.id), version.is_uncounted)


def _foreseen(session: Session, campaign: Campaign, moving: Moving, *, after: int) -> _Moved | None:
    rows = inside_older_plans(session, campaign.name, None, after=after)
    if not rows:
        return None
    return _Moved([each for _, each in _moves(session, rows, campaign, moving)], rows[-1]["id"])


def _move_some(session: Session, to: Target, moving: Moving, *, after: int, limit: int) -> _Moved | None:
    rows = inside_older_plans(session, to.campaign.name, to.version, after=after, limit=limit)
    if not rows:
        return None
    last = rows[-1]["id"]
    # the lock that claims take, too: what was decided by the old plan comes too late from here on
    bump(session, {row["customer_id"] for row in rows})
    still_inside = (
        select(enrolments)
        .where(enrolments.c.id.in_([row["id"] for row in rows]))
        .where(enrolments.c.state == EnrolmentState.OPEN.value)
        .order_by(enrolments.c.id)
        .with_for_update()
    )
    inside = session.execute(still_inside).mappings().all()
    moves = list(_moves(session, inside, to.campaign, moving))
    _pin(session, [row["id"] for row, _ in moves], to)
    _write(session, moves, to, moving.now)
    for row, each in moves:
        if each.stop:
            stop(session, [row["id"]], each.stop, moving.now)
            hand_over(session, moving.plans, [row["id"]], now=moving.now)
    finish(session, [row["id"] for row, _ in moves], moving.now)
    return _Moved([each for _, each in moves], last)


def _moves(
    session: Session, rows: Sequence[RowMapping], campaign: Campaign, moving: Moving
) -> Iterator[tuple[RowMapping, Move]]:
    """One that cannot be judged stays with its plan, and the log says why."""
    passages = read_passages(session, rows, moving.home_zone)
    for row, passage in zip(rows, passages, strict=True):
        try:
            old = moving.plans.version(session, row["plan_version_id"])
            yield row, move(passage, old, campaign, traits=moving.traits, now=moving.now)
        except Exception:
            log.exception("an order inside could not be moved to the new plan", enrolment=row["key"])


def _pin(session: Session, enrolment_ids: Sequence[int], to: Target) -> None:
    """Those who share a passage come along: they may have to take it over."""
    session.execute(
        update(enrolments)
        .where(or_(enrolments.c.id.in_(enrolment_ids), enrolments.c.joined_to.in_(enrolment_ids)))
        .values(plan_version_id=to.id)
    )


def _write(session: Session, moves: Sequence[tuple[RowMapping, Move]], to: Target, now: datetime) -> None:
    note = f"version {to.version} of the plan"
    changed, added = [], []
    for row, each in moves:
        for change in each.changes:
            values = _values(change, note=note, now=now)
            if to.is_uncounted and change.may_hurry:
                values["is_late_seen"] = True
            if change.before is None:
                added.append(first_leg(row, change.after.step, now=now) | values)
            else:
                named = {f"new_{name}": value for name, value in values.items()}
                changed.append(named | {"message": change.before.id, "seen": change.before.status.value})
    if changed:
        _CHANGE.run(session, changed)
    if added:
        _ADD.run(session, added)


_CHANGED = (
    "channel", "purpose", "status", "reason", "send_at", "expires_at", "parked_at", "ended_at", "note",
    "is_late_seen",
)  # fmt: skip


def _values(change: Change, *, note: str, now: datetime) -> dict[str, Any]:
    after, has_ended = change.after, change.after.status is MessageStatus.SKIPPED
    return {
        "is_late_seen": after.is_late_seen,
        "channel": after.channel,
        "purpose": after.purpose.value,
        "status": after.status.value,
        "reason": str(after.reason),
        "send_at": after.send_at,
        "expires_at": after.expires_at,
        "parked_at": after.parked_at,
        "ended_at": now if has_ended else None,
        "note": note if has_ended else after.note,
    }


_ADD = Prepared(insert(messages))
_CHANGE = Prepared(
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.status == bindparam("seen"))
    .values({name: bindparam(f"new_{name}", type_=messages.c[name].type) for name in _CHANGED})
)


def _mark_done(session: Session, version_id: int) -> None:
    session.execute(update(plan_versions).where(plan_versions.c.id == version_id).values(moving_since=None))
