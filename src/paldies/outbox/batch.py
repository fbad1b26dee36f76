"""Decides about a batch of due messages: what one of them is told, the next one knows."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from paldies.campaigns.decisions import Decision, Defer, Hold, Send, Skip
from paldies.campaigns.policy import decide
from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import AddressKind
from paldies.outbox.decided import Decided
from paldies.outbox.evidence import Brief
from paldies.value import value

log = structlog.get_logger(__name__)


@value
class Ready:
    """A message that may go now."""

    brief: Brief
    decision: Send
    decided_at: float  # monotonic clock


def decide_batch(briefs: Sequence[Brief]) -> tuple[list[Ready], list[Decided]]:
    """Those that may go, one for each customer, and what was decided about the others.

    Each is decided for its row's own `now`.
    """
    ready: list[Ready] = []
    decided: list[Decided] = []
    leaving: set[int] = set()
    late: Counter[str] = Counter()
    planned: dict[int, datetime] = {}
    for brief in briefs:
        row, due, facts = brief.waiting, brief.due, brief.facts
        if row.customer_id in leaving:
            facts = replace(facts, has_in_flight=True)
        if facts.blast_room is not None:
            facts = replace(facts, blast_room=facts.blast_room - late[row.campaign])
        if (earlier := planned.get(row.enrolment_id)) and (not due.previous_at or due.previous_at < earlier):
            due = replace(due, previous_at=earlier)
        try:
            decision = decide(due, facts, row.now)
        except Exception as error:  # one row's surprise is that row's alone
            log.exception("a message could not be judged", message=row.key)
            decision = Hold(Reason.UNFORESEEN, f"{type(error).__name__}: {error}")
        if isinstance(decision, Send):
            ready.append(Ready(brief, decision, time.monotonic()))
            leaving.add(row.customer_id)
            if row.is_late_seen:
                late[row.campaign] += 1
            continue
        decided.append(Decided(row, brief.campaign, decision, note=_note(brief, decision)))
        if moment := _planned_moment(decision):
            planned[row.enrolment_id] = moment
    return ready, decided


def _planned_moment(decision: Decision) -> datetime | None:
    match decision:
        case Defer(until, Reason.PLANNED, _) | Hold(Reason.APPROVAL, _, until, _):
            return until
        case _:
            return None


def _note(brief: Brief, decision: Decision) -> str:
    """Why there is no address, where the shop gave one that cannot be used."""
    if not (isinstance(decision, Skip) and decision.reason is Reason.NO_ADDRESS and brief.order):
        return ""
    kind = "phone" if brief.due.traits.address is AddressKind.PHONE else "e-mail"
    problems = brief.order.address_problem.split("; ")
    return next((problem for problem in problems if problem.startswith(f"{kind}:")), "")
