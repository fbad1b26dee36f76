"""`paldies init`: five questions, a commented paldies.toml, and the templates to begin with."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer
from rich.text import Text

from paldies.channels.email.address import AddressError, mailbox
from paldies.cli.desk import config_path
from paldies.cli.output import Refused, Yes, confirm, say
from paldies.cli.starter import Answers, configuration
from paldies.configuration import load
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.http import base_url
from paldies.templates.bundled import bundled_templates

_TEMPLATES = "message_templates"
_WEB_SHOPS = ("woocommerce", "shopify")


def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="The shop's name.")] = "",
    sender: Annotated[
        str, typer.Option("--from", help='Who e-mails come from: "Anna <anna@example.com>".')
    ] = "",
    time_zone: Annotated[str, typer.Option(help="The shop's time zone, such as Europe/Riga.")] = "",
    language: Annotated[str, typer.Option(help="The shop's language: lv, en, de …")] = "",
    orders: Annotated[
        str,
        typer.Option(help="Where orders come from: your shop's https://…, a database URL, or a folder."),
    ] = "",
    kind: Annotated[str, typer.Option(help="If it is a web shop: woocommerce or shopify.")] = "",
    yes: Yes = False,
) -> None:
    """Set up paldies in this folder. It begins in rehearsal: nothing leaves.

    What is not given as an option is asked; with --yes the usual answer is taken. Nothing that is there is
    overwritten unasked.
    """
    path = config_path(ctx)
    if path.exists() and not sys.stdin.isatty():
        raise Refused(f"{path} is there already: move it away, or name another with --config.")
    if path.exists():
        confirm(f"{path} is there already. Write it anew?", yes=False)
    if not yes and not sys.stdin.isatty():
        raise Refused("Nobody is here to answer the questions: give the options (see --help) and add --yes.")
    answers = _asked(name, sender, time_zone=time_zone, language=language, orders=orders, kind=kind, yes=yes)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(configuration(answers), encoding="utf-8")
    load(path, {})
    say(f"Written: {path}")
    if answers.kind == "folder":
        (path.parent / answers.orders).mkdir(parents=True, exist_ok=True)
    _lay_out_templates(path.parent / _TEMPLATES, yes=yes)
    say("", Text("Now: look through both, run `paldies check`, and then `paldies run`.", style="bold"))


def _asked(
    name: str, sender: str, *, time_zone: str, language: str, orders: str, kind: str, yes: bool
) -> Answers:
    name = name or _ask("1  What is the shop called?", "My shop", yes=yes)
    sender = sender or _ask("2  Who do e-mails come from?", _usual_sender(name), yes=yes)
    time_zone = time_zone or _ask("3  In which time zone is it?", _own_zone(), yes=yes)
    language = language or _ask("4  Which language does it speak?", _own_language(), yes=yes)
    orders = orders or _ask(
        "5  Where do orders come from: your shop's https://…, a database, or a folder?",
        "sqlite:///shop.db",
        yes=yes,
    )
    orders, kind = _source(orders, kind, yes=yes)
    if time_zone not in available_timezones():
        raise Refused(f'"{time_zone}" is not a time zone; write one like "Europe/Riga".')
    try:
        mailbox(sender)
    except AddressError as error:
        raise Refused(f'"{sender}" cannot send e-mails: {error}. Write "Anna <anna@example.com>".') from error
    return Answers(name, sender, time_zone, language, kind, orders)


def _source(orders: str, kind: str, *, yes: bool) -> tuple[str, str]:
    """Where orders come from, and of which kind that is. A web shop's address alone does not tell."""
    is_shopify = orders.partition("://")[2].partition("/")[0].endswith(".myshopify.com")
    if not kind and not orders.startswith(("https://", "http://")):
        return orders, "sql" if "://" in orders else "folder"
    kind = kind or ("shopify" if is_shopify else "")
    kind = kind or _ask("   Is it a shop on woocommerce, or on shopify?", _WEB_SHOPS[0], yes=yes).lower()
    if kind not in _WEB_SHOPS:
        raise Refused(
            f'"{kind}" is no kind of web shop that paldies knows: write {" or ".join(_WEB_SHOPS)}, or have'
            " orders come from the shop's database."
        )
    try:
        return base_url(orders), kind
    except ShopError as error:
        raise Refused(f"Orders cannot come from there: {error}.") from error


def _ask(question: str, usual: str, *, yes: bool) -> str:
    if yes:
        return usual
    answer: str = typer.prompt(question, default=usual)
    return answer.strip()


def _usual_sender(name: str) -> str:
    plain_name = "".join(char for char in name if char.isalnum() or char in " '-")
    return f"{' '.join(plain_name.split())} <hello@example.com>"


def _own_zone() -> str:
    """The machine's."""
    place = os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return place if "/" in place and place in available_timezones() - {"Etc/UTC"} else "UTC"


def _own_language() -> str:
    """The terminal's."""
    word = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    language = word.partition(".")[0].partition("_")[0]
    return language if len(language) == 2 else "en"


def _lay_out_templates(folder: Path, *, yes: bool) -> None:
    """Adds the shipped texts; those that staff have already are theirs."""
    shipped = bundled_templates()
    files = [file for file in sorted(shipped.rglob("*")) if file.is_file()]
    missing = [file for file in files if not (folder / file.relative_to(shipped)).exists()]
    if folder.exists() and missing:
        confirm(f"{folder} is there already. Add the {len(missing)} files it does not have?", yes=yes)
    for file in missing:
        place = folder / file.relative_to(shipped)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    say(f"Written: {folder}, {len(missing)} files" if missing else f"Kept: {folder}")
