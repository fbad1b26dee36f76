"""Side by side in one run: how fast due mails leave, as ratios.

Usage: make bench [ARGS="10000"]
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
CONNECTIONS = 16
ROUNDS = 3


def main(orders: int) -> None:
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        nodemailer = _install_nodemailer(folder / "node")
        mails = folder / "mails.jsonl"
        _paldies(folder / "writing", orders, "smtp://127.0.0.1:1", mails)
        rounds = []
        for number in range(ROUNDS):
            with _Sink() as port:
                ours = _paldies(folder / f"round{number}", orders, f"smtp://127.0.0.1:{port}")
                theirs = _nodemailer(folder / "node", mails, port) if nodemailer else None
            rounds.append((ours, theirs))
            _print_round(number + 1, ours, theirs)
        _print_summary(orders, rounds)


class _Sink:
    def __enter__(self) -> int:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "sink.py"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


def _paldies(folder: Path, orders: int, url: str, mails: Path | None = None) -> dict[str, Any]:
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.drain",
        folder,
        str(orders),
        url,
        *(["--mails", mails] if mails else []),
    ]
    return _figures(command, cwd=HERE.parent.parent)


def _nodemailer(folder: Path, mails: Path, port: int) -> dict[str, Any]:
    return _figures(["node", HERE / "nodemailer.mjs", mails, str(port), str(CONNECTIONS)], cwd=folder)


def _figures(command: list[Any], cwd: Path) -> dict[str, Any]:
    done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=600)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _install_nodemailer(folder: Path) -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        print("node and npm are not here: paldies is measured alone")
        return False
    folder.mkdir(parents=True)
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "nodemailer@^10"], cwd=folder, check=True
    )
    return True


def _print_round(number: int, ours: dict[str, Any], theirs: dict[str, Any] | None) -> None:
    print(
        f"round {number}: paldies {ours['sent'] / ours['drain_s']:6.0f}/s, {ours['peak_mb']:.0f} MB,"
        f" {ours['drain_cpu_s'] / ours['sent'] * 1e6:.0f} µs of processor time each"
        f" (read {ours['orders'] / ours['watch_s']:.0f} orders/s,"
        f" planned {ours['orders'] / ours['plan_s']:.0f}/s)"
    )
    if theirs:
        print(f"         nodemailer {theirs['sent'] / theirs['drain_s']:6.0f}/s, {theirs['peak_mb']:.0f} MB")


def _print_summary(orders: int, rounds: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> None:
    print(
        f"\n{orders} orders due at once, {CONNECTIONS} connections, SQLite, loopback;"
        f" medians of {ROUNDS} rounds"
    )
    speed = median(ours["sent"] / ours["drain_s"] for ours, _ in rounds)
    print(f"  paldies, decided, claimed, sent and written down: {speed:.0f}/s")
    ratios = [
        (ours["sent"] / ours["drain_s"]) / (theirs["sent"] / theirs["drain_s"])
        for ours, theirs in rounds
        if theirs
    ]
    if ratios:
        print(f"  as a multiple of pooled nodemailer, which only sends: {median(ratios):.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
