"""However often the daemon dies, whatever leaves does so once, or the doubt is on record."""

import os
import random
from pathlib import Path

import pytest

from tests.crash import power
from tests.crash.laboratory import run_house, schedule
from tests.crash.schedule import End
from tests.postgres import NoServer, postgres

LIVES = 6


def test_a_house_in_which_everything_goes_wrong_keeps_its_promises(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nCRASH_SEED={seed}")

    outcome = run_house(tmp_path / "house", seed, lives=LIVES)

    print(outcome)
    assert outcome.broken == []
    assert outcome.lives == LIVES
    assert outcome.deaths > 0


def test_so_does_one_whose_database_is_a_server(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nCRASH_SEED={seed}")
    try:
        with postgres() as server:
            outcome = run_house(tmp_path / "house", seed, lives=LIVES, server=server)
    except NoServer as why:
        pytest.skip(str(why))

    print(outcome)
    assert outcome.broken == []
    assert outcome.lives == LIVES


def test_a_schedule_follows_from_its_seed() -> None:
    once, again, other = (list(schedule(seed, 50)) for seed in (7, 7, 8))

    assert once == again != other


@pytest.mark.skipif(not power.is_possible(), reason="this Python's SQLite hides its VFS")
def test_lives_end_in_every_way() -> None:
    assert {life.end for life in schedule(7, 200)} == set(End)
