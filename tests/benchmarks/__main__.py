"""Honest benchmarks: side by side in one run, as ratios.

Usage: make bench [ARGS="[QUESTION ...] [--size quick|usual|long] [--results FILE] [--report PAGE.md]"]
"""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

from paldies import logs
from tests.benchmarks import page
from tests.benchmarks.answers import Found
from tests.benchmarks.machine import describe
from tests.benchmarks.questions import QUESTIONS
from tests.benchmarks.sizes import Size


def main(names: list[str], size: Size, results: Path, report: Path | None) -> bool:
    """False if a question could not be answered; the others are."""
    machine = describe()
    answers: Found = {}
    for name in names or QUESTIONS:
        question = QUESTIONS[name]
        print(f"\n{question.TITLE}", flush=True)
        began = time.monotonic()
        try:
            answers[name] = question.ask(size)
        except Exception:
            traceback.print_exc()
            continue
        print(f"  ({name} took {time.monotonic() - began:.0f} s)", flush=True)
        results.parent.mkdir(parents=True, exist_ok=True)
        results.write_text(json.dumps({"on": machine, "size": size, "answers": answers}, indent=1))
        if report:
            page.keep(report, {name: answers[name]}, size, machine)
            page.write(report)
    print()
    for name, found in answers.items():
        for target in QUESTIONS[name].tell(found).targets:
            mark = "   " if target.is_reached else " ! "
            print(f"{mark}{target.what}: {target.said} (wanted {target.wanted})")
    return set(answers) == set(names or QUESTIONS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument("--size", type=Size, default=Size.USUAL, choices=list(Size))
    parser.add_argument("--results", type=Path, default=Path("build/benchmarks.json"))
    parser.add_argument("--report", type=Path, help="a page to write, such as docs/performance.md")
    told = parser.parse_args()
    if unknown := set(told.questions) - set(QUESTIONS):
        parser.error(f"no question {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    logs.configure(level=40)
    sys.exit(0 if main(told.questions, told.size, told.results, told.report) else 1)
