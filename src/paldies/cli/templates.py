"""`paldies templates`: how the texts read, before any customer does."""

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from paldies.cli.desk import sit_down
from paldies.cli.output import AsJson, Refused, as_json, say, table
from paldies.cli.preview import Filling, fill_in
from paldies.cli.send_test import send_test
from paldies.cli.text_check import check

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("check")(check)
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


@app.command()
def preview(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")],
    step: Annotated[str, typer.Argument(help="The step, such as 1_right_choice.")],
    channel: Annotated[str, typer.Option(help="Which of the step's channels.")] = "email",
    locale: Annotated[str, typer.Option(help="In which language: lv, en, ru …")] = "",
    order: Annotated[str, typer.Option(help="A real order, by id or number; else a sample.")] = "",
    out: Annotated[
        Path | None, typer.Option("--html", "--out", help="Write the HTML to this file, for a browser.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Only the plain text, as it would be sent.")] = False,
    json: AsJson = False,
) -> None:
    """Show one text filled in, with a sample order or a real one."""
    with sit_down(ctx) as desk:
        filled = fill_in(desk, Filling(campaign, step, channel=channel, locale=locale, order=order))
    content = filled.content
    if out and not content.html:
        raise Refused(f"{filled.file} has no HTML: it is plain text.")
    if out:
        out.write_text(content.html, encoding="utf-8")
    if json:
        as_json({"file": filled.file} | {name: getattr(content, name) for name in _PARTS})
    elif text:
        print(content.text, end="")
    else:
        say(f"{filled.file}, for {filled.about}")
        if content.subject:
            say(f"Subject: {content.subject}")
        if content.preheader:
            say(f"Preview: {content.preheader}")
        say("", content.text)
        if content.voicemail:
            say("To an answering machine:", "", content.voicemail)
        elif channel == "call":
            say("An answering machine is told nothing.")
        if out:
            say(f"Written: {out}")


_PARTS = ("locale", "subject", "preheader", "text", "html", "voicemail")
