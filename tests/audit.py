"""Whether a pinned dependency has a known vulnerability; without a network it says that it was skipped."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
_KNOWN_TO_EXIST = "jinja2"  # asked about first: where nobody answers, one question is enough
_PATIENCE = 60  # seconds for all of them


class Unanswered(Exception):
    """Nobody could be asked, or not in time."""


def main(lock: Path = LOCK) -> int:
    try:
        with TemporaryDirectory() as folder:
            one = Path(folder) / "one.txt"
            one.write_text(pinned(lock.read_text("utf-8"), _KNOWN_TO_EXIST))
            judged(asked("--no-deps", "-r", str(one)))
        found, count = judged(asked("--require-hashes", "-r", str(lock)))
    except Unanswered as error:
        print(f"Dependency audit SKIPPED: {error}.")
        return 0
    print(*found, f"Dependency audit: {count} asked about, {len(found)} known vulnerabilities.", sep="\n")
    return 1 if found else 0


def pinned(lock: str, name: str) -> str:
    """`name==version`, as the lock has it."""
    (line,) = [line for line in lock.splitlines() if line.startswith(f"{name}==")]
    return line.removesuffix(" \\")


def asked(*arguments: str) -> Mapping[str, Any]:
    """What pip-audit reports. Raises Unanswered."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner=off", "--timeout=5"]
    try:
        done = subprocess.run(
            [*command, "--format=json", *arguments], capture_output=True, text=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise Unanswered(f"no answer within {_PATIENCE} s") from None
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Unanswered("the list of vulnerabilities cannot be reached") from None
    return report


def judged(report: Mapping[str, Any]) -> tuple[Sequence[str], int]:
    """Every vulnerability in a line of its own, and how many packages were looked at. Raises Unanswered."""
    known = [package for package in report["dependencies"] if "skip_reason" not in package]
    if not known:
        raise Unanswered("the list of vulnerabilities cannot be reached")
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}"
        f" (mended in {', '.join(flaw['fix_versions']) or 'no version yet'})"
        for package in known
        for flaw in package["vulns"]
    ]
    return found, len(known)


if __name__ == "__main__":
    sys.exit(main())
