"""A database that was restored or copied sends nothing until a person says so."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import select, update

from paldies.store.database import Database
from paldies.store.fence import BACKUP, LONGEST_SILENCE
from paldies.store.file_fence import FileFence
from paldies.store.schema import instance
from paldies.store.state_file import Kept, StateFile
from paldies.store.tables import Instance
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """PostgreSQL has a fence of another kind: see test_distributed_fence."""
    path = shutil.copy(migrated_sqlite, tmp_path / "paldies.db")
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def fence(database: Database, state: Path) -> FileFence:
    return FileFence(database, state)


def row_of(database: Database) -> Instance:
    return database.look(lambda session: session.get_one(Instance, 1))


def place_of(state: Path) -> str:
    (file,) = state.glob("*.json")
    found = StateFile(state, file.stem).read()
    assert found
    return found.place


def put_back(database: Database, earlier: Instance) -> None:
    """The row as an older copy of the same file would have it."""
    values = {name: getattr(earlier, name) for name in ("epoch", "heartbeat_at", "stopped_at", "fence")}
    database.now(lambda session: session.execute(update(instance).values(values)))


def test_a_first_start_a_clean_stop_and_a_crash_raise_no_alarm(fence: FileFence) -> None:
    first = fence.begin(NOON)
    beats = [fence.beat(NOON + MINUTE), fence.beat(NOON + 2 * MINUTE)]
    fence.end(NOON + 3 * MINUTE)
    after_a_stop = fence.begin(NOON + 4 * MINUTE)
    after_a_crash = fence.begin(NOON + 5 * MINUTE)

    assert [first, *beats, after_a_stop, after_a_crash, fence.trouble()] == [""] * 6


def test_a_death_between_the_two_writes_raises_no_alarm(fence: FileFence, database: Database) -> None:
    fence.begin(NOON)
    one_step_on = update(instance).values(epoch=instance.c.epoch + 1)  # its file was never written
    database.now(lambda session: session.execute(one_step_on))

    again = fence.begin(NOON + MINUTE)
    database.now(lambda session: session.execute(one_step_on))

    assert (again, fence.beat(NOON + 2 * MINUTE)) == ("", "")


def test_a_death_at_the_very_first_write_raises_no_alarm(
    fence: FileFence, database: Database, state: Path
) -> None:
    fence.begin(NOON)
    StateFile(state, row_of(database).uuid).write(Kept(0, place_of(state)))
    database.now(lambda session: session.execute(update(instance).values(epoch=0)))  # it got no further

    assert fence.begin(NOON + MINUTE) == ""


def test_a_backup_that_was_put_back_is_noticed(fence: FileFence, database: Database) -> None:
    fence.begin(NOON)
    backup = row_of(database)
    fence.beat(NOON + MINUTE)
    fence.end(NOON + 2 * MINUTE)

    put_back(database, backup)
    why = fence.begin(NOON + 3 * MINUTE)

    assert "older" in why
    assert row_of(database).fence == why
    assert row_of(database).epoch == backup.epoch


def test_a_backup_of_the_last_minute_is_noticed_after_a_clean_stop(
    fence: FileFence, database: Database
) -> None:
    fence.begin(NOON)
    backup = row_of(database)
    fence.end(NOON + timedelta(seconds=5))

    put_back(database, backup)

    assert "older" in fence.trouble()


def test_a_copy_somewhere_else_has_no_record_there(
    fence: FileFence, database: Database, tmp_path: Path
) -> None:
    fence.begin(NOON)

    elsewhere = FileFence(database, tmp_path / "elsewhere").begin(NOON + MINUTE)

    assert "restored or copied" in elsewhere
    assert not (tmp_path / "elsewhere").exists()


def test_a_state_dir_that_was_named_wrongly_is_forgiven(
    fence: FileFence, database: Database, tmp_path: Path
) -> None:
    fence.begin(NOON)
    FileFence(database, tmp_path / "elsewhere").begin(NOON + MINUTE)

    assert fence.begin(NOON + 2 * MINUTE) == ""
    assert row_of(database).fence == ""


def test_a_state_dir_of_long_ago_is_noticed(fence: FileFence, database: Database, state: Path) -> None:
    fence.begin(NOON)
    file = StateFile(state, row_of(database).uuid)
    old = file.read()
    assert old
    fence.beat(NOON + MINUTE)
    fence.beat(NOON + 2 * MINUTE)

    file.write(old)

    assert "long ago" in fence.beat(NOON + 3 * MINUTE)


def test_a_state_dir_that_is_deleted_meanwhile_is_made_anew(fence: FileFence, state: Path) -> None:
    fence.begin(NOON)
    shutil.rmtree(state)

    assert fence.beat(NOON + MINUTE) == ""
    assert fence.begin(NOON + 2 * MINUTE) == ""


def test_a_damaged_record_counts_as_none(fence: FileFence, database: Database, state: Path) -> None:
    fence.begin(NOON)
    (state / f"{row_of(database).uuid}.json").write_text('{"epoch": ')

    assert "no record" in FileFence(database, state).begin(NOON + MINUTE)


def test_a_backup_that_we_made_is_a_copy_wherever_it_is_started(fence: FileFence, database: Database) -> None:
    fence.begin(NOON)
    database.now(lambda session: session.execute(update(instance).values(epoch=BACKUP)))

    assert "backup" in fence.begin(NOON + MINUTE)


def test_whoever_adopts_goes_on_from_there(fence: FileFence, database: Database) -> None:
    fence.begin(NOON)
    backup = row_of(database)
    fence.beat(NOON + MINUTE)
    put_back(database, backup)
    fence.begin(NOON + 2 * MINUTE)

    fence.adopt(NOON + 3 * MINUTE)

    assert row_of(database).adopted_at == NOON + 3 * MINUTE
    assert [fence.trouble(), fence.beat(NOON + 4 * MINUTE), fence.begin(NOON + 5 * MINUTE)] == ["", "", ""]


def test_only_a_silence_that_no_stop_explains_is_remembered(fence: FileFence, database: Database) -> None:
    fence.begin(NOON)
    fence.end(NOON + MINUTE)
    fence.begin(next_day := NOON + timedelta(days=1))
    explained = row_of(database).woke_at
    fence.begin(soon := next_day + LONGEST_SILENCE)
    short = row_of(database).woke_at
    fence.begin(late := soon + LONGEST_SILENCE + MINUTE)

    assert (explained, short, row_of(database).woke_at) == (None, None, late)


def test_a_state_dir_that_cannot_be_written_stops_no_heart(
    fence: FileFence, database: Database, state: Path
) -> None:
    fence.begin(NOON)
    epoch = row_of(database).epoch
    shutil.rmtree(state)
    state.write_text("in the way")

    with pytest.raises(OSError, match="state"):
        for minute in (1, 2):
            fence.beat(NOON + minute * MINUTE)

    assert row_of(database).heartbeat_at > NOON  # type: ignore[operator]
    assert row_of(database).epoch == epoch


@pytest.fixture
def original(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    folder = tmp_path / "original"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "paldies.db")
    with closing(Database(f"sqlite:///{folder / 'paldies.db'}")) as database:
        yield database


def test_a_folder_that_was_copied_with_everything_in_it_is_noticed(
    original: Database, tmp_path: Path
) -> None:
    FileFence(original, tmp_path / "original/state").begin(NOON)
    shutil.copytree(tmp_path / "original", tmp_path / "copy")

    with closing(Database(f"sqlite:///{tmp_path / 'copy/paldies.db'}")) as copy:
        why = FileFence(copy, tmp_path / "copy/state").begin(NOON + MINUTE)

    assert "copy of the database" in why
    assert FileFence(original, tmp_path / "original/state").beat(NOON + MINUTE) == ""


def test_a_folder_that_was_moved_goes_on(migrated_sqlite: Path, tmp_path: Path) -> None:
    (here := tmp_path / "here").mkdir()
    shutil.copy(migrated_sqlite, here / "paldies.db")
    with closing(Database(f"sqlite:///{here / 'paldies.db'}")) as database:
        FileFence(database, here / "state").begin(NOON)

    there = here.rename(tmp_path / "there")

    with closing(Database(f"sqlite:///{there / 'paldies.db'}")) as database:
        assert FileFence(database, there / "state").begin(NOON + MINUTE) == ""


def test_the_original_falls_silent_once_its_copy_is_adopted(original: Database, tmp_path: Path) -> None:
    state = tmp_path / "state"  # one for both, as where PALDIES_STATE_DIR is set for the machine
    FileFence(original, state).begin(NOON)
    with (
        closing(sqlite3.connect(tmp_path / "original/paldies.db")) as source,
        closing(sqlite3.connect(tmp_path / "copy.db")) as target,
    ):
        source.backup(target)

    with closing(Database(f"sqlite:///{tmp_path / 'copy.db'}")) as copy:
        before = FileFence(copy, state).begin(NOON + MINUTE)
        still_fine = FileFence(original, state).beat(NOON + MINUTE)
        FileFence(copy, state).adopt(NOON + 2 * MINUTE)
        after = FileFence(copy, state).beat(NOON + 3 * MINUTE)

    assert before
    assert (still_fine, after) == ("", "")
    assert "copy" in FileFence(original, state).beat(NOON + 3 * MINUTE)


def test_every_installation_has_a_file_of_its_own(
    database: Database, original: Database, state: Path
) -> None:
    FileFence(database, state).begin(NOON)
    FileFence(original, state).begin(NOON)

    uuids = {
        one.look(lambda session: session.scalar(select(instance.c.uuid))) for one in (database, original)
    }

    assert {path.stem for path in state.iterdir()} == uuids
    assert len(uuids) == 2


def test_a_silence_that_only_a_wrong_clock_has_seen_is_forgotten_once_it_is_right(
    fence: FileFence, database: Database
) -> None:
    fence.begin(NOON)
    fence.begin(NOON + 730 * 24 * 60 * MINUTE)

    fence.beat(NOON + MINUTE)

    assert row_of(database).woke_at == NOON + MINUTE


class Meeting(Database):
    """Two who step at once would both have stepped before either writes it into the file."""

    both = Barrier(2)

    def now(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        result = super().now(f, *args, **kwargs)
        with suppress(BrokenBarrierError):
            self.both.wait(timeout=0.5)
        return result


def test_beats_at_once_step_one_after_the_other(database: Database, state: Path) -> None:
    with closing(Meeting(database.url.render_as_string())) as meeting:
        fence = FileFence(meeting, state)
        fence.begin(NOON)
        meeting.both.reset()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(fence.beat, [NOON + MINUTE] * 2))

    assert meeting.both.broken  # nobody met
    assert FileFence(database, state).trouble() == ""


def test_two_processes_that_write_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    file = StateFile(tmp_path, "a-house")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda epoch: file.write(Kept(epoch, "here")), range(40)))

    assert file.read() is not None
    assert list(tmp_path.glob("*.part")) == []
