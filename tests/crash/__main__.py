"""The long run; `--seed 7` replays one house, `--sabotage all` shows that the laboratory notices."""

import argparse
import random
import sys
import time
from pathlib import Path

from tests.crash.laboratory import LIVES, Progress, run_house, run_seed
from tests.crash.sabotage import SABOTAGES


def main() -> int:
    options = _options()
    if options.sabotage:
        names = list(SABOTAGES) if options.sabotage == "all" else [options.sabotage]
        return max(_show(options.folder, name, options.seed or 1, options.lives) for name in names)
    if options.seed is not None:
        outcome = run_seed(options.folder / f"house-{options.seed}", options.seed, lives=options.lives)
        print(outcome, *outcome.broken, sep="\n")
        return bool(outcome.broken)
    return _run_long(options)


def _run_long(options: argparse.Namespace) -> int:
    progress = Progress.resumed(options.folder)
    ends_at = time.monotonic() + 60 * options.minutes
    while sum(progress.faults.values()) < options.faults or progress.deaths < options.deaths:
        if time.monotonic() > ends_at:
            print(f"time is up; the same command goes on from here (kept in {options.folder})")
            break
        seed = random.SystemRandom().randrange(10**6)
        outcome = run_seed(options.folder / f"house-{seed}", seed, lives=options.lives)
        progress.add(outcome)
        print(outcome, *outcome.broken, sep="\n", flush=True)
    _sum_up(progress)
    return bool(progress.broken)


def _sum_up(progress: Progress) -> None:
    faults = progress.faults
    print(f"\n{len(progress.outcomes)} houses, {faults.total()} faults, {progress.deaths} deaths")
    for name, times in faults.most_common():
        print(f"  {times:6}  {name}")
    print(f"promises broken: {len(progress.broken)}")


def _show(folder: Path, name: str, seed: int, lives: int) -> int:
    """1 if the sabotage was not noticed."""
    outcome = run_house(folder / "sabotaged", seed, lives=lives, sabotage=name)
    verdict = "noticed" if outcome.broken else "NOT NOTICED"
    print(f"{name}: {verdict}. {outcome}", *outcome.broken[:3], sep="\n    ", flush=True)
    return not outcome.broken


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".crash"), help="where progress is kept")
    parser.add_argument("--faults", type=int, default=10_000)
    parser.add_argument("--deaths", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=60, help="at most; run it again to go on")
    parser.add_argument("--lives", type=int, default=LIVES, help="of the daemon in one house")
    parser.add_argument("--seed", type=int, help="one house, with just this schedule")
    parser.add_argument("--sabotage", choices=["all", *SABOTAGES])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
