"""The whole machine beside an oracle: what every order of a marketplace is sent, and what `why` says of it.

With OLIST_FOLDER naming a folder of Olist's files, the real orders are judged as well (some 15 minutes).
"""

import ast
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from paldies.bootstrap.shops import make_shop
from paldies.orders.importer import import_file
from paldies.orders.shops.sql import SqlShop
from paldies.reports.as_json import to_json
from paldies.reports.why import explain
from paldies.store.schema import enrolments, messages
from tests import marketplace, oracle
from tests.marketplace import DAYS, HOURS, Order, made_up, olist
from tests.oracle import STEPS, Verdict, predict
from tests.season import Season

BEGINS = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVERY_REASON = {
    "", "again_too_soon", "already_said", "frequency_cap", "history", "joined", "no_address", "not_happened",
    "not_wanted", "order_cancelled", "outside_window", "seen_too_late", "shop_unreachable", "too_late",
}  # fmt: skip
OLIST = os.environ.get("OLIST_FOLDER", "")
needs_olist = pytest.mark.skipif(not OLIST, reason="OLIST_FOLDER names no folder with Olist's files")


@pytest.fixture(autouse=True)
def quiet() -> None:
    """A line for each thing that happens to thousands of messages would take a third of the time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


async def test_live_orders_are_sent_what_the_oracle_foresees_and_why_says_the_same(tmp_path: Path) -> None:
    short = (BEGINS + 26 * HOURS, BEGINS + 30 * HOURS)
    long = (BEGINS + 48 * HOURS, BEGINS + 76 * HOURS)
    orders = made_up(141, start=BEGINS - DAYS, days=4, count=160)
    season = Season(tmp_path, orders, BEGINS, orders[-1].placed_at + 10 * DAYS, outages=[short, long])

    async with season.passing():
        told = _told_by_why(season)

    assert list(_disagreements(season, told)) == []
    assert {verdict.reason for verdict in told.values()} == EVERY_REASON


async def test_orders_of_the_past_cause_nothing_and_why_says_so(tmp_path: Path) -> None:
    orders = made_up(141, start=BEGINS, days=4, count=160)

    await _import_and_watch(tmp_path, orders)


def test_the_oracle_knows_nothing_of_what_it_judges() -> None:
    for module in (oracle, marketplace):
        assert module.__file__
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        imported = [
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (getattr(node, "module", None), *(alias.name for alias in node.names))
        ]
        assert imported and not [name for name in imported if name and name.startswith("paldies")]


@needs_olist
@pytest.mark.parametrize("moved_to", [BEGINS, None], ids=["moved to now", "with the clock changes of then"])
async def test_the_real_orders_live(tmp_path: Path, moved_to: datetime | None) -> None:
    orders = olist(Path(OLIST))
    if moved_to:
        whole_days = (moved_to - orders[0].placed_at) // DAYS * DAYS
        orders = [order.moved(whole_days) for order in orders]
    begins = (orders[0].placed_at - HOURS).replace(minute=0, second=0)
    outages = [(begins + day * DAYS, begins + day * DAYS + 31 * HOURS) for day in range(40, 700, 60)]
    season = Season(tmp_path, orders, begins, orders[-1].placed_at + 10 * DAYS, outages=outages)
    began = time.perf_counter()

    async with season.passing():
        print(f"{len(orders)} orders, {len(season.good)} polls, {len(season.postbox.letters)} letters")
        print(f"the season: {time.perf_counter() - began:.0f} s")
        told = _told_by_why(season)

    assert list(_disagreements(season, told)) == []


@needs_olist
async def test_the_real_orders_as_history(tmp_path: Path) -> None:
    await _import_and_watch(tmp_path, olist(Path(OLIST)))


async def _import_and_watch(folder: Path, orders: Sequence[Order]) -> None:
    """Imports them, and lets the daemon find the same ones in the shop."""
    now = (max(order.changes[-1].at for order in orders) + DAYS).replace(minute=0, second=0, microsecond=0)
    season = Season(folder, orders, now, now + timedelta(hours=2))
    season.shop.live_until(now)
    season.shop.export(folder / "past.jsonl")
    [shop] = [make_shop(source) for source in season.settings.shops]
    assert isinstance(shop, SqlShop)
    began = time.perf_counter()

    imported = import_file(season.app.database, folder / "past.jsonl", shop.reading, now=now)
    print(f"the import: {time.perf_counter() - began:.2f} s")
    async with season.passing():
        caused = [season.app.database.look(_count, table) for table in (enrolments, messages)]
        told = _told_by_why(season)

    assert (imported.added, imported.rejected) == (len(orders), 0)
    assert caused == [0, 0]
    assert season.postbox.letters == []
    assert told and {verdict.reason for verdict in told.values()} <= {"history", "not_happened"}
    assert list(_disagreements(season, told)) == []


def _count(session: Session, table: Table) -> int | None:
    return session.scalar(select(func.count()).select_from(table))


def _disagreements(season: Season, told: Mapping[str, Verdict]) -> Iterator[str]:
    """Where the oracle, `why` and the postbox do not say the same, order by order."""
    arrived: dict[str, list[datetime]] = defaultdict(list)
    for at, letter in season.postbox.letters:
        arrived[letter.key].append(at)
    for key, verdict in _foreseen(season):
        if told[key] != verdict:
            yield f"{key}: foreseen {verdict}, but why says {told[key]}"
        if (came := arrived.pop(f"{key}/1", [])) != ([verdict.at] if verdict.at else []):
            yield f"{key}: foreseen {verdict}, but letters came at {came}"
    for key, came in arrived.items():
        yield f"{key}: letters that nobody foresaw came at {came}"
    for (step, outcome, reason), count in sorted(_counted(told).items()):
        print(f"{step:16} {outcome:13} {reason:16} {count:6}")


def _foreseen(season: Season) -> Iterator[tuple[str, Verdict]]:
    for order_id, verdicts in predict(season.orders, season.polls).items():
        for step, verdict in verdicts.items():
            yield _key(order_id, step), verdict


def _told_by_why(season: Season) -> dict[str, Verdict]:
    """What `paldies messages why` says of every step of every order."""
    app, told = season.app, {}
    began = time.perf_counter()
    for order in season.orders:
        [story] = app.database.look(explain, order.id, plans=app.plans, house=app.house, now=season.ends)
        [passage] = to_json(story)["campaigns"]
        assert [step["step"] for step in passage["steps"]] == list(STEPS)
        for step in passage["steps"]:
            at = datetime.fromisoformat(step["at"]) if step["outcome"] == "sent" else None
            told[_key(order.id, step["step"])] = Verdict(step["outcome"], step["reason"], at)
    print(f"why: {(time.perf_counter() - began) / len(season.orders) * 1000:.1f} ms an order")
    return told


def _key(order_id: str, step: str) -> str:
    return f"first_day/mercado:{order_id}/order.confirmed.1/{step}"


def _counted(told: Mapping[str, Verdict]) -> Counter[tuple[str, str, str]]:
    return Counter((key.rpartition("/")[2], said.outcome, said.reason) for key, said in told.items())
