"""`paldies templates preview`: a whole campaign on a local page, or one text on the terminal."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from paldies.cli.desk import sit_down
from paldies.cli.filling import Filling, fill_in
from paldies.cli.output import AsJson, Refused, as_json, say
from paldies.cli.preview_page import Page

_PARTS = ("locale", "subject", "preheader", "text", "html", "voicemail")


def preview(
    ctx: typer.Context,
    campaign: Annotated[str, typer.Argument(help="The campaign's folder, such as first_day.")],
    step: Annotated[
        str, typer.Argument(help="One step, such as 1_right_choice, on the terminal; without: the page.")
    ] = "",
    serve: Annotated[bool, typer.Option("--serve", help="Open the page at that step.")] = False,
    channel: Annotated[str, typer.Option(help="Which of the step's channels.")] = "email",
    locale: Annotated[str, typer.Option(help="In which language: lv, en, ru …")] = "",
    order: Annotated[str, typer.Option(help="A real order, by id or number; else a sample.")] = "",
    out: Annotated[
        Path | None, typer.Option("--html", "--out", help="Write the HTML to this file, for a browser.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Only the plain text, as it would be sent.")] = False,
    json: AsJson = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0 takes a free one.")] = 8026,
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Show a campaign as its customers will see it, on a page of this machine that follows your edits.

    With a step, shows that one text on the terminal, with a sample order or a real one.
    """
    if serve or not step:
        if out or text or json:
            raise Refused("--html, --text and --json show one step: name it, as in first_day 1_right_choice.")
        with sit_down(ctx) as desk:
            page = Page(campaign, step, locale=locale, order=order, port=port, opens=opens)
            asyncio.run(page.serve(desk))
        return
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
