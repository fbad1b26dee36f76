"""The dependency audit: what it makes of an answer, and of none."""

import pytest

from tests.audit import LOCK, Unanswered, judged, pinned


def test_a_known_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    flaw = {"id": "PYSEC-2026-1", "fix_versions": ["3.1.7"], "aliases": [], "description": "…"}
    report = {
        "dependencies": [
            {"name": "jinja2", "version": "3.1.6", "vulns": [flaw]},
            {"name": "rich", "version": "15.0.0", "vulns": []},
        ],
        "fixes": [],
    }

    found, count = judged(report)

    assert found == ["jinja2 3.1.6: PYSEC-2026-1 (mended in 3.1.7)"]
    assert count == 2


def test_a_list_that_nobody_could_look_into_is_not_taken_for_a_clean_one() -> None:
    report = {"dependencies": [{"name": "jinja2", "skip_reason": "not found"}], "fixes": []}

    with pytest.raises(Unanswered):
        judged(report)


def test_what_is_asked_first_is_pinned() -> None:
    assert pinned(LOCK.read_text("utf-8"), "jinja2").startswith("jinja2==3")
