"""Commands whose code is loaded only when they are called, so that --help is quick."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from paldies.garbage import hardly_looked_at


@dataclass(frozen=True, slots=True)
class Entry:
    """`target` is `module:name` of a Typer app or of a command's function."""

    target: str
    help: str
    panel: str

    def load(self) -> Any:
        module, _, name = self.target.partition(":")
        with hardly_looked_at():
            found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return get_command(found)
        alone = typer.Typer(add_completion=False)
        alone.command()(found)
        return get_command(alone)


class LazyGroup(TyperGroup):
    """Shows `entries` in its help; a subclass names them."""

    entries: ClassVar[dict[str, Entry]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=entry.help, rich_help_panel=entry.panel)
            for name, entry in self.entries.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.entries[name].load() if name in self.entries else command, rest
