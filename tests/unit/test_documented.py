"""What staff may write is told in docs/: every name of a text, every line on top, every column."""

from dataclasses import is_dataclass
from pathlib import Path

import pytest

from paldies.campaigns.facts import Line
from paldies.orders.shops.columns import COLUMNS
from paldies.templates.filters import FILTERS
from paldies.templates.manuscript import KEYS
from paldies.templates.values import NAMES, parts

DOCS = Path(__file__).parents[2] / "docs"


def named(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


@pytest.mark.parametrize(
    "kind", [kind for kind in (*NAMES.values(), Line) if kind], ids=lambda kind: kind.__name__
)
def test_what_hangs_on_a_name_is_told(kind: type) -> None:
    assert is_dataclass(kind)
    assert [part for part in parts(kind) if f"`{part}`" not in named("texts.md")] == []


def test_names_filters_and_lines_on_top_are_told() -> None:
    page = named("texts.md")

    assert [name for name, kind in NAMES.items() if (f"`{name}." if kind else f"`{name}`") not in page] == []
    assert [name for name in FILTERS if f"|{name}" not in page] == []
    assert [key for key in KEYS if f"`{key}:`" not in page] == []


def test_columns_are_told() -> None:
    assert [name for name in COLUMNS if f"`{name}`" not in named("connecting-a-shop.md")] == []
