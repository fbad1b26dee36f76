"""Whatever strangers post at every page and hook there is, none of it is our fault (no 5xx)."""

import asyncio
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case

from paldies.clock import SystemClock
from paldies.store.database import Database
from paldies.store.tables import Instance
from paldies.web.app import make_pages
from paldies.web.hooks.openapi import document
from paldies.web.serving import serving
from tests.calling_shops import books, inbox_of, lamps, mugs
from tests.factories import NOON
from tests.visitor import Notebook, front_desk


@pytest.fixture(scope="module")
def served(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where all pages are, and what they say that they take."""
    path = tmp_path_factory.mktemp("fuzzed") / "paldies.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        database.now(lambda session: session.add(Instance(uuid="1", heartbeat_at=NOON)))  # it is at work
        inbox = inbox_of(database, SystemClock(), lamps(), mugs(), books())
        pages = make_pages(replace(front_desk(database, Notebook()), inbox=inbox))
        with warnings.catch_warnings(action="ignore"):  # GET and HEAD of a page are one function
            described = get_openapi(title="all of them", version="1", routes=pages.routes)
        described["paths"] |= document()["paths"]
        with _in_a_thread(lambda: serving(pages, 0)) as at:
            yield at, described


def test_no_page_and_no_hook_fails(served: tuple[str, dict[str, Any]]) -> None:
    at, described = served
    schema = schemathesis.openapi.from_dict(described)
    calls = [found.ok() for found in schema.get_all_operations()]
    met: set[int] = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of([call.as_strategy() for call in calls]))
    def call(case: Case) -> None:
        answer = case.call(base_url=at.rstrip("/"), timeout=15)
        met.add(answer.status_code)
        assert answer.status_code < 500, (case.method, case.path, answer.text[:300])

    call()

    assert len(calls) > 10
    assert met & {401, 404}


class _in_a_thread:
    """Serves in a loop of its own, as the fuzzer has none."""

    def __init__(self, serve: Callable[[], Any]) -> None:
        self._serve = serve
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._at = ""

    def __enter__(self) -> str:
        self._thread.start()
        assert self._is_up.wait(15)
        return self._at

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with self._serve() as self._at:
            self._is_up.set()
            await self._end.wait()
