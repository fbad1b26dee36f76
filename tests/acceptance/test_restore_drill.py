"""The commands of docs/backup-and-restore.md do what it says, one after the other."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paldies.bootstrap.building import build
from paldies.configuration import load
from tests.smtp_servers import KeepingServer
from tests.whole_house import CAMPAIGN, WholeHouse, furnish

DRILL = Path(__file__).parent.parent.parent / "docs/backup-and-restore.md"
TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello {{ customer.first_name }}.\n"
MINUTE = timedelta(minutes=1)
Shell = Callable[[str], str]


def commands(heading: str) -> list[str]:
    """What a section of the page tells to type, without what only a service manager understands."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", DRILL.read_text(), re.MULTILINE | re.DOTALL)
    typed = re.findall(r"^ *\$ (.*?)(?:\s+#.*)?$", section, re.MULTILINE)
    return [line for line in typed if not line.startswith("systemctl")]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Types a line in the shop's folder, and returns what is said."""

    outside = {name: value for name, value in os.environ.items() if not name.startswith("PALDIES_")}

    def type_in(line: str) -> str:
        said = re.sub(r"^paldies ", f"{sys.executable} -m paldies ", line)
        done = subprocess.run(
            said,
            shell=True,
            cwd=tmp_path,
            env={**outside, "COLUMNS": "250"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout + done.stderr

    return type_in


def test_nobody_adopts_by_accident(tmp_path: Path, shell: Shell) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)

    said = shell("paldies adopt")
    kept = list((tmp_path / ".paldies").glob("*"))

    assert "no other copy of this database is in use" in said
    assert "add --yes if that is meant" in said
    assert kept == []


async def test_the_drill_of_the_page(tmp_path: Path, shell: Shell) -> None:
    backing_up, restoring = commands("Back up"), commands("Restore")
    with KeepingServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text=TEXT, campaign=CAMPAIGN)
        (tmp_path / "backups").mkdir()
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        house = await WholeHouse.opened(tmp_path, at=start)
        for name in ("alice", "boris"):
            shop.order(name, at=start + MINUTE)
        await house.tick(after=2 * MINUTE)
        told_of_the_backup = [shell(line) for line in backing_up]
        await house.tick(after=30 * MINUTE)
        await house.close()
        assert sorted(mail.recipient for mail in server.mails) == ["alice@example.com", "boris@example.com"]

        said = {}
        for line in restoring[:4]:
            said[line] = shell(line)
        daemon = await WholeHouse.opened(tmp_path, at=datetime.now(UTC))
        await daemon.tick(after=MINUTE)
        while_shut = len(server.mails)
        said[restoring[4]] = shell(restoring[4])
        await daemon.tick(after=MINUTE)
        after_adoption = len(server.mails)
        listed = shell(restoring[5])
        numbers = sorted(re.findall(r"^ *(\d+) ", listed, re.MULTILINE), key=int)
        approved = shell(re.sub(r"\d+ \d+", numbers[0], restoring[6]))
        dropped = shell(re.sub(r"\d+", numbers[1], restoring[7]))
        await daemon.tick(after=MINUTE)
        await daemon.close()

    assert len(backing_up) == 1 and "complete and checked" in told_of_the_backup[0]
    assert "nothing is sent: this database is a backup" in re.sub(r"\s+", " ", said["paldies check"])
    assert (while_shut, after_adoption) == (2, 2)
    assert len(numbers) == 2
    assert "goes on" in approved
    assert "cancelled" in dropped
    assert [mail.recipient for mail in server.mails[2:]] == ["alice@example.com"]


def test_a_backup_is_refused_where_there_is_something_already(tmp_path: Path, shell: Shell) -> None:
    furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=TEXT)
    missing = shell("paldies db backup copy.db")
    build(load(tmp_path / "paldies.toml", {})).close()

    first, second = shell("paldies db backup copy.db"), shell("paldies db backup copy.db")

    assert "cannot be copied" in missing
    assert "complete and checked" in first
    assert "is there already" in second
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
