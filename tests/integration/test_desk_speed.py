"""No page of the desk reads a large table from end to end, however much has happened."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.integration.test_query_plans import scan_of
from tests.staffed import staffed

PAGES = (
    "/desk/",
    "/desk/taken",
    "/desk/tasks/1",
    "/desk/messages/3",
    "/desk/messages/3/letter",
    "/desk/held/first_day/restored",
    "/desk/cases/1",
    "/desk/orders?q=1001",
    "/desk/orders?q=alice@example.com",
    "/desk/orders?q=20000001",
    "/desk/customers?q=alice@example.com",
    "/desk/campaigns",
    "/desk/figures",
    "/desk/log",
)


@pytest.fixture
def asked() -> Iterator[dict[str, Any]]:
    """Every statement that was asked meanwhile, with its last parameters."""
    statements: dict[str, Any] = {}

    def note(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")):
            statements[statement] = parameters

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


async def test_no_page_reads_a_large_table_from_end_to_end(
    tmp_path: Path, desk_folder: Path, asked: dict[str, Any]
) -> None:
    async with staffed(tmp_path, desk_folder) as shop:
        anna = await shop.colleague()
        asked.clear()
        answers = [await anna.get(page) for page in PAGES]
        place = next(answer.headers["location"] for answer in answers if answer.status == 303)
        answers.append(await anna.get(place))
        ours = {words: values for words, values in asked.items() if not re.search(r"\bpragma\b", words, re.I)}
        database = shop.app.database
        scans = {words: scan for words, values in ours.items() if (scan := scan_of(database, words, values))}

    assert {answer.status for answer in answers} == {200, 303}
    assert len(ours) > 40  # or nothing was judged
    assert scans == {}
