"""Whether a simulation is played by one process or by two is nobody's business but the processors'."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
import structlog

from paldies.orders.snapshot import Snapshot
from paldies.settings import Settings
from paldies.simulation.apart import Share, apart
from paldies.simulation.behaviour import Behaviour
from paldies.simulation.figures import capacities_of, read_report
from paldies.simulation.house import Stage
from paldies.simulation.listing import write_csv
from paldies.simulation.report import Report
from paldies.simulation.run import Played, play
from paldies.simulation.scene import Scene
from paldies.simulation.span import Span
from paldies.simulation.tape import Tape
from paldies.simulation.unrolling import Record
from paldies.templates.bundled import bundled_templates
from tests.marketplace import DAYS, HOURS
from tests.played import AFTER_ALL, FIRST, first_day, settings_in, tape_of, trace, write_orders

SECOND = timedelta(seconds=1)
RIGA = ZoneInfo("Europe/Riga")
SOME = Behaviour(bounce_rate=0.15, no_answer_rate=0.7)
SHIPPED = bundled_templates()
SPAN = Span(FIRST, FIRST + 20 * DAYS)


@pytest.fixture(autouse=True)
def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


async def test_two_processes_come_to_what_one_comes_to(tmp_path: Path) -> None:
    orders = write_orders(tmp_path / "orders.jsonl", 50, days=2)
    settings = settings_in(tmp_path)
    slow = settings.email.model_copy(update={"rate": "20/h"})  # which both share
    settings = settings.model_copy(update={"email": slow})

    one, two = [await played_in(parts, orders, settings, tmp_path / str(parts)) for parts in (1, 2)]

    assert trace(two.database) == trace(one.database)
    assert rows(two.database) == rows(one.database)
    assert report(settings, two) == report(settings, one)
    assert listed(two) == listed(one)
    assert len(waited_for_a_place(two.database)) > 20
    assert {"email", "call", "sms", "task"} <= {fate[0] for fate in trace(one.database).values()}


async def test_what_is_counted_over_all_is_played_again_as_a_whole(tmp_path: Path) -> None:
    """So much was heard of too late that the blast breaker holds some of it, whoever it is for."""
    heard_late = [
        Record(
            Snapshot(
                id=f"A{number}",
                email=f"buyer{number}@example.com",
                country="LV",
                placed_at=FIRST + number * SECOND,
                paid_at=FIRST + number * SECOND,
            ),
            heard_at=dict.fromkeys(("placed_at", "paid_at"), FIRST + 2 * HOURS + number * SECOND),
        )
        for number in range(60)
    ]
    settings, texts = settings_in(tmp_path), first_day(tmp_path / "texts")

    traces = []
    for parts in (1, 2):
        with closing(Tape(tmp_path / f"{parts}.tape")) as tape:
            tape.record("store", heard_late, zone=RIGA, until=AFTER_ALL)
            tape.rewind()
            played = await played_from(tape, settings, tmp_path / str(parts), parts=parts, texts=texts)
        traces.append(trace(played.database))

    assert traces[0] == traces[1]
    assert "unusual_volume" in {word for fate in traces[0].values() for word in fate}


async def test_what_goes_wrong_in_another_process_is_told_here(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    broken = settings.model_copy(
        update={"paldies": settings.paldies.model_copy(update={"time_zone": "Nowhere/Land"})}
    )
    common = Scene(broken, Stage(SHIPPED, SOME), SPAN, real=None, takes_consents=False)

    with closing(tape_of(write_orders(tmp_path / "orders.jsonl", 1, days=1), tmp_path / "tape.db")) as tape:
        async with apart(Share(tape.path, tape.zones, part=0, parts=1, folder=tmp_path)) as part:
            with pytest.raises(ZoneInfoNotFoundError, match="Nowhere/Land"):
                await part.begin(common)


async def played_in(parts: int, orders: Path, settings: Settings, folder: Path) -> Played:
    with closing(tape_of(orders, folder.with_suffix(".tape"))) as tape:
        return await played_from(tape, settings, folder, parts=parts)


async def played_from(
    tape: Tape, settings: Settings, folder: Path, *, parts: int, texts: Path = SHIPPED
) -> Played:
    folder.mkdir()
    stage = Stage(texts, SOME)
    return await play(settings, stage, tape, span=SPAN, folder=folder, parts=parts)


def rows(database: Path) -> list[Any]:
    """What was tried, in an order of time, without the numbers of rows."""
    with closing(sqlite3.connect(database)) as played:
        return played.execute(
            "SELECT attempts.started_at, messages.key, attempts.address, attempts.outcome, attempts.cost,"
            "       orders.number, customers.uuid, put_off.reason, put_off.times"
            "  FROM attempts JOIN messages ON messages.id = attempts.message_id"
            "  JOIN enrolments ON enrolments.id = messages.enrolment_id"
            "  JOIN customers ON customers.id = enrolments.customer_id"
            "  JOIN orders ON orders.id = enrolments.order_id AND orders.customer_id = customers.id"
            "  LEFT JOIN put_off ON put_off.message_id = messages.id"
            " ORDER BY 1, 2, put_off.reason"
        ).fetchall()


def report(settings: Settings, played: Played) -> Report:
    return read_report(
        played.database,
        zone=RIGA,
        span=SPAN,
        behaviour=SOME,
        currency="EUR",
        capacities=capacities_of(settings),
    )


def listed(played: Played) -> str:
    """Everything, as a spreadsheet would show it."""
    file = played.database.with_suffix(".csv")
    write_csv(played.database, file)
    return file.read_text(encoding="utf-8")


def waited_for_a_place(database: Path) -> list[str]:
    """Those that left on the minute, and not on the hour, at which windows open."""
    with closing(sqlite3.connect(database)) as played:
        wanted = (
            "SELECT key FROM messages WHERE channel = 'email'"
            " AND claimed_at LIKE '%:00.000000' AND claimed_at NOT LIKE '%:00:00.000000'"
        )
        return [key for (key,) in played.execute(wanted)]
