"""`paldies campaigns` from an edit to those inside and back, as staff use it."""

import shutil
from pathlib import Path

from paldies.templates.library import Library
from paldies.templates.memory import Notebook, save_texts
from tests.acceptance import test_cli
from tests.acceptance.test_cli import NOW, House

# the same shop as in the other commands' tests
paldies, new_shop = test_cli.paldies, test_cli.new_shop
begun, house = test_cli.begun, test_cli.house


def test_the_difference_is_told_in_words_and_line_by_line(house: House, tmp_path: Path) -> None:
    edit(tmp_path, 'after = "16h"', 'after = "12h"')

    said = house.paldies("campaigns", "diff", "first_day", "--text")
    told = house.paldies("campaigns", "diff", "first_day", "--json").json

    assert "2_reminder goes 12h instead of 16h after the trigger" in said.out
    assert '+after = "12h"' in said.out
    assert [one["sentence"] for one in told["plan"]] == [
        "2_reminder goes 12h instead of 16h after the trigger"
    ]


def test_migrating_says_what_it_does_to_whom_before_it_asks(house: House, tmp_path: Path) -> None:
    edit(tmp_path, 'after = "20m"', 'after = "40m"')

    asked = house.paldies("campaigns", "publish", "first_day", "--migrate")
    foreseen = house.paldies("campaigns", "publish", "first_day", "--migrate", "--dry-run", "--json").json
    done = house.paldies("campaigns", "publish", "first_day", "--migrate", "--yes", "--json").json

    assert asked.code == 1
    assert "1 order inside:" in asked.out and "1_right_choice at another moment" in asked.out
    assert "move 1 order inside to it?" in asked.err
    assert foreseen | {"published": 2} == done
    assert [(step["step"], step["effect"]) for step in done["steps"]] == [("1_right_choice", "re-timed")]


def test_moments_are_told_by_the_shops_clock_which_is_named(house: House, tmp_path: Path) -> None:
    edit(tmp_path, 'after = "20m"', 'after = "40m"')

    said = house.paldies("campaigns", "publish", "first_day", "--migrate", "--dry-run")

    assert "Moments are by the shop's clock (Europe/Riga)" in said.out


def test_a_broken_text_is_told_where_its_campaign_is_compared_or_published(
    house: House, tmp_path: Path
) -> None:
    with house.database.session() as session:  # as the daemon has left it
        library = Library(tmp_path / "message_templates", locale="lv", memory=(memory := Notebook()))
        library.refresh()
        save_texts(session, memory.unsaved(), now=NOW)
    text = tmp_path / "message_templates/first_day/3_thank_you.email.md"
    text.write_text(text.read_text() + "{% if")

    compared = house.paldies("campaigns", "diff", "first_day")
    published = house.paldies("campaigns", "publish", "first_day")

    for said in (compared, published):
        assert "3_thank_you.email.md, line" in said.out and "the last good text stays" in said.out


def test_a_campaign_that_is_published_for_the_first_time_finishes_nobodys_plan(
    house: House, tmp_path: Path
) -> None:
    shutil.copytree(tmp_path / "message_templates/heard", tmp_path / "message_templates/winback")

    asked = house.paldies("campaigns", "publish", "winback")

    assert "Nobody is inside. Publish winback?" in asked.err


def test_whoever_removes_a_campaign_is_told_that_it_goes_on(house: House, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "message_templates/first_day")

    said = house.paldies("campaigns", "diff", "first_day")

    assert "stays published and goes on" in said.out
    assert "To have it stop: paldies campaigns pause first_day" in said.out


def test_those_who_were_left_with_the_old_plan_can_move_later(house: House, tmp_path: Path) -> None:
    edit(tmp_path, 'after = "16h"', 'after = "12h"')
    house.paldies("campaigns", "publish", "first_day", "--yes")

    done = house.paldies("campaigns", "publish", "first_day", "--migrate", "--yes")
    again = house.paldies("campaigns", "publish", "first_day", "--migrate", "--yes")

    assert "Those inside have moved to it" in done.out
    assert "published already, as version 2" in again.out


def test_a_step_that_would_lose_its_key_is_refused_with_the_remedy(house: House, tmp_path: Path) -> None:
    edit(tmp_path, 'name = "2_reminder"', 'was = "2_reminder"\nname = "2_nudge"')
    for text in (tmp_path / "message_templates/first_day").glob("2_reminder.*"):
        shutil.copy(text, text.with_name(text.name.replace("2_reminder", "2_nudge")))
    house.paldies("campaigns", "publish", "first_day", "--yes")
    edit(tmp_path, 'was = "2_reminder"\n', "")

    said = house.paldies("campaigns", "publish", "first_day", "--migrate", "--yes")

    assert said.code == 1
    assert 'was = "2_reminder" for good' in said.err


def test_a_plan_is_rolled_back_and_its_history_says_so(house: House, tmp_path: Path) -> None:
    file = edit(tmp_path, 'after = "16h"', 'after = "12h"')
    house.paldies("campaigns", "publish", "first_day", "--yes")

    asked = house.paldies("campaigns", "rollback", "first_day", "1")
    back = house.paldies("campaigns", "rollback", "first_day", "1", "--yes")
    stays = 'after = "12h"' in file.read_text()
    edited = house.paldies("campaigns", "rollback", "first_day", "2", "--migrate", "--yes", "--write")
    told = house.paldies("campaigns", "history", "first_day", "--json").json
    shown = house.paldies("campaigns", "history", "first_day")

    assert asked.code == 1 and "- 2_reminder goes 16h instead of 12h after the trigger" in asked.out
    assert stays and "still says otherwise" in back.out and "says the same now" in edited.out
    assert [(one["version"], one["restores"], one["inside"]) for one in told] == [
        (1, None, 0), (2, None, 0), (3, 1, 0), (4, 2, 1),
    ]  # fmt: skip
    assert "2_reminder goes 12h instead of 16h" in shown.out and "back to version 1" in shown.out


def test_a_version_that_never_was_is_refused(house: House) -> None:
    unknown = house.paldies("campaigns", "rollback", "first_day", "7", "--yes")
    present = house.paldies("campaigns", "rollback", "first_day", "1", "--yes")

    assert "There was no version 7" in unknown.err and "is the same plan" in present.err


def test_texts_wait_to_be_published_where_that_is_wished(house: House, tmp_path: Path) -> None:
    toml = tmp_path / "paldies.toml"
    toml.write_text(toml.read_text().replace("[paldies]", "[paldies]\nautopublish = false", 1))
    text = tmp_path / "message_templates/first_day/1_right_choice.email.md"
    with house.database.session() as session:
        library = Library(tmp_path / "message_templates", locale="lv", memory=(memory := Notebook()))
        library.refresh()
        save_texts(session, memory.unsaved(), now=NOW)
    text.write_text(text.read_text() + "\nWith love.\n")

    waiting = house.paldies("campaigns", "diff", "first_day")
    done = house.paldies("campaigns", "publish", "first_day")
    afterwards = house.paldies("campaigns", "diff", "first_day", "--json").json

    assert "first_day/1_right_choice.email.md" in waiting.out
    assert "1 text of first_day is live now" in done.out
    assert afterwards["texts"] == []


def edit(folder: Path, before: str, after: str) -> Path:
    """campaign.toml of the first day, changed by its staff."""
    file = folder / "message_templates/first_day/campaign.toml"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after, 1))
    return file
