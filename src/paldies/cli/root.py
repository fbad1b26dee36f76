"""`paldies` itself: its own options, and where each command lives."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, ClassVar

import typer
from typer.main import get_command

from paldies.cli.lazy import Entry, LazyGroup

_BEGIN, _RUN, _CARE = "To begin", "To run", "Every day"


class _Commands(LazyGroup):
    entries: ClassVar = {
        "init": Entry("paldies.cli.init:init", "Set up paldies here: five questions.", _BEGIN),
        "demo": Entry("paldies.demo.command:demo", "Watch a sample shop's month in two minutes.", _BEGIN),
        "check": Entry("paldies.cli.check:check", "Is everything in order? If not, the remedy.", _BEGIN),
        "run": Entry("paldies.cli.run:run", "Watch the shops and send what is due, until stopped.", _RUN),
        "worker": Entry("paldies.cli.worker:worker", "One more process that sends (PostgreSQL).", _RUN),
        "pause": Entry("paldies.cli.pausing:pause", "Stop all sending at once; nothing is lost.", _RUN),
        "resume": Entry("paldies.cli.pausing:resume", "Go on sending after a pause.", _RUN),
        "adopt": Entry("paldies.cli.adopt:adopt", "Let a restored or copied database send.", _RUN),
        "db": Entry("paldies.cli.db:app", "Back up the database; upgrade it; carry it to PostgreSQL.", _RUN),
        "desk": Entry("paldies.cli.staff_desk:app", "The page for staff: let somebody in, or out.", _CARE),
        "messages": Entry("paldies.cli.messages:app", "What was sent, what waits, and why.", _CARE),
        "tasks": Entry("paldies.cli.tasks:app", "Whom to ring, and what came of it.", _CARE),
        "orders": Entry("paldies.cli.orders:app", "What was bought; add orders of the past.", _CARE),
        "cases": Entry("paldies.cli.cases:app", "What customers complain about.", _CARE),
        "customers": Entry("paldies.cli.customers:app", "Who bought, and what they wish.", _CARE),
        "links": Entry("paldies.cli.links:app", "The links in messages: seal them anew.", _CARE),
        "campaigns": Entry("paldies.cli.campaigns:app", "What is said when; publish, pause, start.", _CARE),
        "templates": Entry("paldies.cli.templates:app", "How it reads: check, preview, try out.", _CARE),
        "simulate": Entry("paldies.cli.simulate:simulate", "What customers would get.", _CARE),
    }  # fmt: skip


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(version("paldies"))
        raise typer.Exit


@app.callback()
def paldies(
    ctx: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="PALDIES_CONFIG", help="The settings to work with.")
    ] = Path("paldies.toml"),
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """The shop's assistant for the hours and weeks after a purchase."""
    ctx.obj = config


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process: 0 done, 1 refused or found problems, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        get_command(app).main(args=_config_first(given), prog_name="paldies")
    except Exception as error:
        from paldies.cli.errors import complain, explained  # loaded only when something went wrong

        sentence = explained(error)
        if sentence is None:
            raise
        complain(sentence)
        sys.exit(1)


def _config_first(arguments: list[str]) -> list[str]:
    """--config is understood wherever it stands, as people write it last as often as first."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in ("--config", "-c"):
            front += [argument, *(value for value in [next(waiting, None)] if value is not None)]
        elif argument.startswith("--config="):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest
