"""`/metrics`: how the house stands, as Prometheus reads it; nothing in it is about a person."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hmac import compare_digest
from importlib.metadata import version

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from paldies.reports.gauges import Gauges, Queue, ShopPulse, read_gauges
from paldies.reports.standstills import COUNTED_TO
from paldies.web.reception import Reception

_PLAIN = "text/plain; version=0.0.4; charset=utf-8"  # what every scraper understands


def metrics(reception: Reception) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/metrics", methods=["GET", "HEAD"])
    async def look(request: Request) -> Response:
        if reception.metrics_token and not _may_read(request, reception.metrics_token):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        breakers = reception.breakers()
        gauges = await reception.look_around(read_gauges, list(breakers), reception.clock.now())
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Reading(reception.mode, gauges, breakers))
        return Response(generate_latest(registry), media_type=_PLAIN)

    return pages


def _may_read(request: Request, token: str) -> bool:
    said = request.headers.get("authorization", "")
    return compare_digest(said.encode(), f"Bearer {token}".encode())


class _Reading(Collector):
    """One reading, for one registry."""

    def __init__(self, mode: str, gauges: Gauges, breakers: Mapping[str, bool]) -> None:
        self._mode = mode
        self._gauges = gauges
        self._breakers = breakers

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "paldies_build",
            "Which version runs, and how.",
            {"version": version("paldies"), "mode": self._mode},
        )
        yield self._ended()
        for name, said, value in _NUMBERS:
            yield GaugeMetricFamily(name, said, value=value(self._gauges) or 0)
        for name, said, by_channel in _OF_CHANNELS:
            values = {one.channel: by_channel(one) for one in self._gauges.queues}
            yield _labelled(name, said, "channel", values)
        resting = {channel: float(rests) for channel, rests in self._breakers.items()}
        yield _labelled("paldies_breaker_open", "1 while a channel rests after failures.", "channel", resting)
        stops = self._gauges.standstills
        yield _labelled(
            "paldies_campaign_paused", "1 while a person has paused it.", "campaign", stops.campaigns
        )
        said = f"Held by the blast breaker until a person answers. {_CAPPED}"
        unusual = {name: stops.unusual.get(name, 0) for name in stops.campaigns}
        yield _labelled("paldies_campaign_held_unusual", said, "campaign", unusual)
        for name, said, by_shop in _OF_SHOPS:
            values = {one.name: by_shop(one) for one in self._gauges.shops}
            yield _labelled(name, said, "shop", values)

    def _ended(self) -> Metric:
        labels = ["campaign", "channel", "outcome", "reason"]
        said = "Messages that have ended, as of a minute ago."
        ended = CounterMetricFamily("paldies_messages", said, labels=labels)
        for one in self._gauges.ended:
            ended.add_metric([one.campaign, one.channel, one.outcome, one.reason], one.messages)
        return ended


def _labelled(name: str, said: str, label: str, values: Mapping[str, float | None]) -> Metric:
    """What is not known is left out."""
    family = GaugeMetricFamily(name, said, labels=[label])
    for named, value in values.items():
        if value is not None:
            family.add_metric([named], value)
    return family


def _seconds(at: datetime | None) -> float | None:
    """Unix time."""
    return at.timestamp() if at else None


_CAPPED = f"{COUNTED_TO} means that or more."

_NUMBERS: tuple[tuple[str, str, Callable[[Gauges], float | None]], ...] = (
    (
        "paldies_heartbeat_timestamp_seconds",
        "The daemon's last heartbeat.",
        lambda g: _seconds(g.heartbeat_at),
    ),
    ("paldies_paused", "1 while a person has paused all sending.", lambda g: g.is_paused),
    ("paldies_fenced", "1 while a restored or copied database waits to be adopted.", lambda g: g.is_fenced),
    ("paldies_doubts", f"Messages that may have left; nobody knows yet. {_CAPPED}", lambda g: g.doubts),
    ("paldies_held", f"Messages that wait for a person. {_CAPPED}", lambda g: g.held),
    ("paldies_parked", f"Messages that wait for a cause to end. {_CAPPED}", lambda g: g.parked),
    ("paldies_cases_open", "Complaints that are not set right yet.", lambda g: g.cases),
    ("paldies_cases_untaken", "Open complaints that nobody sees to.", lambda g: g.untaken_cases),
    ("paldies_case_oldest_seconds", "The age of the oldest open complaint.", lambda g: g.oldest_case),
    ("paldies_tasks_open", "What staff have to do.", lambda g: g.tasks),
    ("paldies_tasks_overdue", "What staff should have done by now.", lambda g: g.overdue_tasks),
)
_OF_CHANNELS: tuple[tuple[str, str, Callable[[Queue], float | None]], ...] = (
    ("paldies_outbox_due", f"Messages whose moment has come. {_CAPPED}", lambda q: q.due),
    ("paldies_outbox_lateness_seconds", "For how long the first has been due.", lambda q: q.lateness),
    ("paldies_channel_stopped", "1 while a channel waits for a person.", lambda q: q.is_stopped),
)
_OF_SHOPS: tuple[tuple[str, str, Callable[[ShopPulse], float | None]], ...] = (
    (
        "paldies_shop_last_good_poll_timestamp_seconds",
        "Last read well.",
        lambda s: _seconds(s.last_good_poll),
    ),
    ("paldies_shop_last_good_hook_timestamp_seconds", "Last heard of.", lambda s: _seconds(s.last_good_hook)),
    ("paldies_shop_failing", "1 while a shop cannot be read.", lambda s: s.is_failing),
)
