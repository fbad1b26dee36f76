"""`paldies templates`: how the texts read, before any customer does."""

from collections import defaultdict

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import AsJson, as_json, say, table
from paldies.cli.preview import preview
from paldies.cli.send_test import send_test
from paldies.cli.text_check import check

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("check")(check)
app.command("preview")(preview)
app.command("send-test")(send_test)


@app.callback()
def templates() -> None:
    """How it reads: check, preview, try out."""


@app.command("list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """Every text: its campaign, step and channel, and the languages it is there in."""
    with sit_down(ctx) as desk:
        problems = desk.text_problems
        languages: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for text in desk.library.texts():
            languages[text.name.leg].append(text.locale)
        broken = {problem.file for problem in problems if not problem.is_warning}
        if json:
            names = ("campaign", "step", "channel")
            as_json(
                [
                    dict(zip(names, leg, strict=True)) | {"languages": spoken}
                    for leg, spoken in languages.items()
                ]
            )
        else:
            rows = [(*leg, ", ".join(spoken)) for leg, spoken in languages.items()]
            table(["Campaign", "Step", "Channel", "Languages"], rows)
            if broken:
                say(f"Broken now: {', '.join(sorted(broken))}. See: paldies templates check")
