"""What this was measured on."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from paldies import __version__
from tests.benchmarks.answers import Found
from tests.postgres import installed

_CHECKOUT = Path(__file__).parents[2]
_LIBRARIES = ("uvloop", "SQLAlchemy", "psycopg", "procrastinate", "aiosmtplib", "Jinja2", "APScheduler")


def describe() -> Found:
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": _said("git", "rev-parse", "--short", "HEAD"),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {_memory():.0f} GiB, {_system()}",
        "load": os.getloadavg()[0],
        "versions": {
            "paldies": __version__,
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            "PostgreSQL": _postgresql(),
            "Node.js": _said("node", "--version"),
            **{name: version(name) for name in _LIBRARIES},
        },
    }


def _postgresql() -> str:
    """Of the server that is measured, which need not be the system's."""
    for binaries in installed()[:1]:
        return _said(f"{binaries / 'postgres'}", "--version").removeprefix("postgres (PostgreSQL) ")
    return ""


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> float:
    """GiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    for line in _lines("/etc/os-release"):
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.platform()


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True, cwd=_CHECKOUT)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
