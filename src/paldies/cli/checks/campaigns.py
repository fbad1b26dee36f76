"""What `paldies check` says about campaigns and their texts."""

from collections.abc import Iterator

from paldies.cli.campaign_state import read_states
from paldies.cli.checks.told import State, Told
from paldies.cli.desk import Desk
from paldies.cli.output import counted
from paldies.cli.text_check import look_over
from paldies.templates.faults import Level


def look_at_texts(desk: Desk) -> Iterator[Told]:
    problems = [problem for problem in look_over(desk).problems if problem.level is not Level.NOTE]
    for problem in problems:
        where = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        state: State = "warning" if problem.is_warning else "problem"
        yield Told(state, f"{where}: {problem.text}", problem.remedy)
    if not problems:
        yield Told("ok", f"{counted(len(desk.library.texts()), 'text')}, all fill in well")


def look_at_campaigns(desk: Desk) -> Iterator[tuple[str, Told]]:
    """Of all together what cannot be read, and by name where each stands."""
    for problem in desk.drafts.problems:
        yield "campaigns", Told("problem", problem)
    for state in desk.look(read_states, desk.drafts):
        remedy = f"To make it count: paldies campaigns publish {state.name}" if state.is_edited else ""
        yield f"campaign {state.name}", Told("warning" if remedy else "ok", state.sentence, remedy)
