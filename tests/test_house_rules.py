"""The rules of the house that a machine can check."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperGroup

import paldies
from paldies.campaigns.reasons import Reason
from paldies.cli.root import _Commands as Commands
from paldies.reports.silences import Silence
from paldies.settings import Settings

HOUSE = Path(paldies.__file__).parent
CHECKOUT = Path(__file__).parent.parent
MODULES = sorted(HOUSE.rglob("*.py"))
MIGRATIONS = HOUSE / "store/migrations/versions"  # a schema is as long as it is, and is never edited again
LONGEST = 300  # lines
PURE_NAMES = {"planner.py", "policy.py", "calendar.py", "retry.py", "keys.py"}
PURE = [path for path in MODULES if path.name in PURE_NAMES or path.is_relative_to(HOUSE / "campaigns")]
IMPURE = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic",
    "time.sleep", "uuid4", "uuid.uuid4", "os.environ", "os.getenv", "open",
}  # fmt: skip
# Reasons that rooms still to be built will give: other channels.
FOR_LATER = {
    Reason.BAD_ADDRESS, Reason.BUDGET_SPENT, Reason.NO_CHANNEL, Reason.STEP_WITHDRAWN,
}  # fmt: skip


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def readme() -> str:
    return (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {
        named(path): len(path.read_text().splitlines()) for path in MODULES if path.parent != MIGRATIONS
    }

    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST}


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    silent = []
    for path in MODULES:
        first = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
        if tree(path).body and not re.fullmatch(r"\S.*[^.][.:!?]", first):
            silent.append(named(path))

    assert not silent


@pytest.mark.parametrize("path", PURE, ids=named)
def test_thought_asks_no_clock_and_no_dice(path: Path) -> None:
    asked = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    imported = {name for name, _ in imports(path)}

    assert not asked & IMPURE
    assert not imported & {"random", "secrets", "time", "os", "asyncio", "logging", "structlog"}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The top-level packages that a module takes in, and where."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0], node.lineno


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "base_utils"}

    assert not [named(path) for path in MODULES if path.stem in drawers or path.parent.name in drawers]


def test_every_reason_is_given_somewhere() -> None:
    given = {
        node.attr
        for path in MODULES
        if path.name != "reasons.py" and path.parent.name not in ("reports", "cli", "demo")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Reason"
    }

    assert {reason.name for reason in Reason} - given <= {reason.name for reason in FOR_LATER}


def test_every_reason_has_a_sentence_of_its_own() -> None:
    sentences = [each.sentence for kind in (Reason, Silence) for each in kind]

    assert len(set(sentences)) == len(sentences)
    assert not [each for each in sentences if not re.fullmatch(r"[A-Z].*[^.\s]", each)]


def test_every_setting_is_in_the_readme() -> None:
    missing = []
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            (line,) = [line for line in readme().splitlines() if line.startswith(f"| `[{section}]`")]
            names = [inner.alias or name for name, inner in kind.model_fields.items()]
            missing += [f"[{section}] {name}" for name in names if f"`{name}`" not in line]

    assert not missing


def test_every_command_is_in_the_readme() -> None:
    row_of = {
        line.split("`")[1].split()[1]: line for line in readme().splitlines() if line.startswith("| `paldies")
    }
    missing = []
    for words in commands():
        line = next((line for group, line in row_of.items() if group == words[0]), readme())
        if not re.search(rf"`(paldies )?({' '.join(words)}|{words[-1]})[`\s]", line):
            missing.append(" ".join(words))

    assert not missing


def commands() -> Iterator[tuple[str, ...]]:
    """Every command there is, as its words."""
    for name, entry in Commands.entries.items():
        command = entry.load()
        if isinstance(command, TyperGroup):
            yield from ((name, each) for each in command.list_commands(typer.Context(command)))
        else:
            yield (name,)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
    raised = {
        named(path): ast.unparse(node.exc)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Raise) and node.exc
    }

    assert not [named(path) for path in MODULES if marks.search(path.read_text(encoding="utf-8"))]
    assert not [name for name, error in raised.items() if error.startswith("NotImplemented")]


def test_no_file_names_a_package_registry() -> None:
    hosts = [name.encode() for name in (".".join(("py" + "pi", "org")), "python" + "hosted", "npm" + "js.")]
    ours = [path for path in ours_in(CHECKOUT) if path.stat().st_size < 5_000_000]

    assert not [path.name for path in ours if any(host in path.read_bytes() for host in hosts)]


def ours_in(folder: Path) -> Iterator[Path]:
    """What people wrote, in this folder and below."""
    made = {".git", ".venv", "__pycache__", "node_modules", "dist", "build", ".paldies"}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in made and not path.name.endswith("_cache"):
            yield from ours_in(path)
        elif path.is_file():
            yield path
