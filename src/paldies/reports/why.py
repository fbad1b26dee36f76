"""Answers what has happened or will happen to an order, when, and the one reason."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from paldies.campaigns.definition import Campaign
from paldies.campaigns.words import EventKind, OrderStatus
from paldies.campaigns.zones import known_zones
from paldies.reports.finding import find_orders
from paldies.reports.messages import Opened
from paldies.reports.passages import Passages, not_begun
from paldies.reports.records import Records, read_records
from paldies.reports.silences import Happened, Published, Standing, silence
from paldies.reports.story import EventStory, OrderStory, PassageStory
from paldies.reports.upcoming import next_of

SILENT_AFTER = timedelta(minutes=10)  # the daemon's heart beats every minute


class Plans(Protocol):
    """Published plans, by the row of their version."""

    def version(self, session: Session, plan_version_id: int) -> Campaign: ...


class House(Protocol):
    """Where the shop is."""

    @property
    def home_zone(self) -> str: ...


def explain(
    session: Session,
    query: str,
    *,
    plans: Plans,
    house: House,
    now: datetime,
    opened: Opened | None = None,
) -> list[OrderStory]:
    """The orders that `query` names (an id or number, or the buyer's e-mail address or telephone number).

    Newest first, at most 20. `opened` reads the subject and text that an attempt has kept; without it they
    are left out.
    """
    order_ids = find_orders(session, query)
    if not order_ids:
        return []
    records = read_records(session, order_ids, with_content=opened is not None)
    campaigns = {
        row["id"]: plans.version(session, row["id"])
        for rows in records.plan_versions.values()
        for row in rows
    }
    passages = Passages(records, campaigns, opened, home_zone=house.home_zone)
    return [
        _order(records, records.orders[order_id], passages, home_zone=house.home_zone, now=now)
        for order_id in order_ids
    ]


def _order(
    records: Records, order: RowMapping, passages: Passages, *, home_zone: str, now: datetime
) -> OrderStory:
    first_name = order["first_name"] or order["buyer_first_name"]
    last_name = order["last_name"] or order["buyer_last_name"]
    events = records.events.get(order["id"], ())
    told = tuple(_passages(records, order, passages))
    return OrderStory(
        shop=order["shop"],
        id=order["external_id"],
        number=order["number"],
        status=OrderStatus(order["status"]),
        placed_at=order["placed_at"],
        customer_name=f"{first_name} {last_name}".strip(),
        email=order["email"],
        contact_problem=order["contact_problem"],
        customer_zone=next(iter(known_zones(tuple(order["zones"]))), ""),
        shop_zone=home_zone,
        now=now,
        events=tuple(_event(event) for event in events),
        passages=told,
        upcoming=next_of(told, now),
        paused_at=records.instance["paused_at"] if records.instance else None,
        fence=records.instance["fence"] if records.instance else "",
        daemon_silent_since=_silent_since(records.instance, now),
    )


def _event(event: RowMapping) -> EventStory:
    return EventStory(
        kind=EventKind(event["kind"]),
        ordinal=event["ordinal"],
        happened_at=event["happened_at"],
        first_seen_at=event["first_seen_at"],
        is_history=event["is_history"],
    )


def _passages(records: Records, order: RowMapping, passages: Passages) -> Iterator[PassageStory]:
    """Those on record, and for every other event that could have begun a campaign, why there is none."""
    events = records.events.get(order["id"], ())
    for campaign in records.campaigns:
        own = [
            passage
            for passage in records.enrolments
            if passage["campaign"] == campaign["name"] and _concerns(passage, order)
        ]
        plan = passages.campaigns.get(campaign["plan_version_id"])
        could_begin = [event for event in events if plan and event["kind"] == plan.trigger]
        standing = _standing(campaign, records, passages.campaigns)
        begun = {passage["event_id"] for passage in own}

        yield from (passages.told(passage, campaign, events) for passage in own)
        for event in could_begin:
            if event["id"] not in begun:
                why = silence(standing, _happened(event))
                yield not_begun(campaign, plan, why, occurrence=f"{event['kind']}.{event['ordinal']}")
        is_by_hand = plan is not None and plan.trigger is EventKind.MANUAL  # whose silence means nothing
        if not own and not could_begin and not is_by_hand:
            yield not_begun(campaign, plan, silence(standing, None), occurrence="")


def _concerns(passage: RowMapping, order: RowMapping) -> bool:
    """A passage that is about no order at all is about the customer."""
    if passage["order_id"] is None:
        return bool(passage["customer_id"] == order["customer_id"])
    return bool(passage["order_id"] == order["id"])


def _standing(campaign: RowMapping, records: Records, campaigns: Mapping[int, Campaign]) -> Standing:
    return Standing(
        first_published_at=campaign["first_published_at"],
        withdrawn_at=campaign["withdrawn_at"],
        versions=tuple(
            Published(campaigns[version["id"]].trigger, version["published_at"])
            for version in records.plan_versions.get(campaign["name"], ())
        ),
    )


def _happened(event: RowMapping) -> Happened:
    return Happened(
        EventKind(event["kind"]), event["first_seen_at"], event["is_history"], event["planned_at"]
    )


def _silent_since(instance: RowMapping | None, now: datetime) -> datetime | None:
    """The last sign of life, if it was long ago; None as well if there never was one."""
    beat: datetime | None = instance["heartbeat_at"] if instance else None
    return beat if beat and now - beat > SILENT_AFTER else None
