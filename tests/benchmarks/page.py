"""docs/performance.md, written from what was measured, and the figures of other pages beside it.

Usage: python -m tests.benchmarks.page [PAGE.md]: once more, from the results that were kept.
A figure elsewhere stands between `<!--its name-->` and `<!---->`.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.questions import QUESTIONS
from tests.benchmarks.sizes import Size

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_TEXT = """# How fast it is

Measured, not estimated, and written from the results by `python -m tests.benchmarks --report
docs/performance.md`. All of it ran on one machine which it shared with the databases, the receivers and the
other contestants, so ratios within one table mean more than the figures themselves; a machine of your own
will be another one. PostgreSQL runs with the settings that it comes with.

{machine}

## What was aimed at

{targets}

{sections}

## Why it is as fast as it is

The way of a mail, and what is done for many of them at once:

- **It is found with everything that is known about it.** A look takes up to 500 due messages, and asks for
  their orders, customers, consents and histories in a dozen statements, however many they are
  (`outbox/queue.py`, `outbox/known.py`). Statements are put into SQL once (`store/questions.py`,
  `store/prepared.py`), and what they find is made into values column by column (`value.py`).
- **Its text was compiled long before.** Markdown, frame and CSS have become one Python function, in which
  shop, signer and language are written in already (`templates/compiler.py`, `templates/renderer.py`);
  everything else of the mail is a skeleton with two gaps (`channels/email/mime.py`).
- **Sixteen are filled in one after another,** so that the processor has at hand for each what it needed for
  the one before (`outbox/tray.py`).
- **Many share a commit.** What connections want to claim or to settle while the database is busy goes into
  its next transaction (`outbox/ledger.py`, `outbox/waves.py`); on PostgreSQL each statement is one for all
  of them, and all statements leave behind one another (`store/together.py`, `store/in_turn.py`).
- **It costs one round trip.** MAIL, RCPT and DATA go to the server behind the text of the mail before
  (`channels/email/wire.py`), and what comes back resumes the conversation at once, without a task of its own
  (`channels/email/line.py`).

And what is slow on purpose: a mail is claimed by a commit that has reached the disk, and only as many are out
without a record of what became of them as there are connections (`channels/email/exits.py`). So sixteen
connections wait for a commit after every sixteen mails. Claims and settlements are about half of a mail's
processor time on SQLite; filling it in, putting it into MIME and saying it in the log take about a tenth
each. A sender that kept no record would be twice as fast, and could not say after a crash what has left.

## How to ask again

`make bench` asks everything in about a quarter of an hour and prints it; `make bench ARGS="growth --size
long"` asks one question for as long as it takes. `--report docs/performance.md` writes this page, too, and
keeps what was not asked again. What others need is installed into `~/.cache/paldies-benchmarks`, never into
the project. Nothing here is a test: a busy machine makes everything slower, and fails nothing.
"""


def keep(page: Path, answers: Mapping[str, Found], size: Size, machine: Found) -> None:
    """Beside what was kept before: of each question, its last answer of each size."""
    kept = read(page)
    for name, found in answers.items():
        kept.setdefault(name, {})[size.value] = {"on": machine, "found": found}
    _results(page).parent.mkdir(parents=True, exist_ok=True)
    _results(page).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def read(page: Path) -> Found:
    path = _results(page)
    kept: Found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


def write(page: Path) -> None:
    """Of each question the largest answer that was kept."""
    kept = read(page)
    answered = {
        name: next(kept[name][size.value] for size in reversed(Size) if size.value in kept[name])
        for name in QUESTIONS
        if name in kept
    }
    pictures = page.with_suffix("")
    pictures.mkdir(exist_ok=True)
    sections, targets, figures = list[str](), list[Target](), dict[str, str]()
    for name, each in answered.items():
        answer = QUESTIONS[name].tell(each["found"])
        targets += answer.targets
        figures |= answer.figures
        sections.append(f"## {QUESTIONS[name].TITLE}\n{_placed(answer, pictures)}\n{_when(each['on'])}\n")
    page.write_text(
        _TEXT.format(
            machine=_machine([each["on"] for each in answered.values()]),
            targets=_targets(targets),
            sections="\n".join(sections).rstrip(),
        ),
        encoding="utf-8",
    )
    for other in page.parent.glob("*.md"):
        _renew(other, figures)


def _renew(other: Path, figures: Mapping[str, str]) -> None:
    """What was not measured stays as it is."""

    def renewed(found: re.Match[str]) -> str:
        return f"<!--{found[1]}-->{figures.get(found[1], found[2])}<!---->"

    text = other.read_text(encoding="utf-8")
    new = re.sub(r"<!--([\w-]+)-->(.*?)<!---->", renewed, text)
    if new != text:
        other.write_text(new, encoding="utf-8")


def _results(page: Path) -> Path:
    return page.with_suffix("") / "results.json"


def _placed(answer: Answer, pictures: Path) -> str:
    text = answer.text
    for name, plot in answer.plots.items():
        (pictures / f"{name}.svg").write_text(plot, encoding="utf-8")
        text = text.replace(f"{{plot:{name}}}", f"{pictures.name}/{name}.svg")
    return text


def _when(machine: Found) -> str:
    busy = f"; {machine['load']:.1f} processes were at work already" if machine["load"] > 1 else ""
    return f"<sub>{machine['at']}, at {machine['commit']}{busy}.</sub>"


def _machine(machines: Sequence[Found]) -> str:
    """Of the last one."""
    last = max(machines, key=lambda each: str(each["at"]))
    versions = ", ".join(f"{name} {version}" for name, version in last["versions"].items() if version)
    return f"The machine: {last['machine']}. {versions}."


def _targets(targets: Sequence[Target]) -> str:
    rows = [
        (each.what, each.wanted, each.said, "yes" if each.is_reached else "**not yet**") for each in targets
    ]
    behind = [f"- {each.what}: {each.because}." for each in targets if each.because and not each.is_reached]
    where = ["Where we are behind:", "", *behind] if behind else []
    return "\n".join([table(("", "wanted", "measured", "reached"), rows), "", *where]).rstrip()


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
