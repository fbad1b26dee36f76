"""Reads paldies.toml and the PALDIES_… environment; every error names the key and the remedy."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import make_url

from paldies.campaigns.toml_lines import TomlLines
from paldies.settings import Settings
from paldies.settings.main import Main

FILE = "paldies.toml"
_LISTS = {"send_only_to", "on_duty", "notify"}  # written with commas in the environment
_NOT_SETTINGS = {"PALDIES_CONFIG", "PALDIES_FAULT"}


class ConfigurationError(Exception):
    """One or more things in paldies.toml or the environment that have to be mended first."""


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises ConfigurationError with one line for every problem."""
    source = _read(path)
    try:
        tree = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path.name}: this is not TOML: {error}") from error
    from_environment = _lay_over(tree, environment)
    _anchor(tree, path.resolve().parent)
    try:
        return Settings(**tree)
    except ValidationError as error:
        lines = TomlLines(source)
        problems = [_explained(problem, path, lines, from_environment) for problem in error.errors()]
        raise ConfigurationError("\n".join(dict.fromkeys(problems))) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} is not there: run `paldies init`, or name it with --config"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} cannot be read: save it as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}): it has to be a file that this user may read"
        ) from None


def _lay_over(tree: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Puts PALDIES_EMAIL_URL where email.url is, and tells which variable each key came from."""
    came_from: dict[str, str] = {}
    for variable, value in environment.items():
        if not variable.startswith("PALDIES_") or variable in _NOT_SETTINGS or not value:
            continue  # an empty one is how compose files and shells say "not set"
        table, key, place = _place(tree, variable.removeprefix("PALDIES_").lower())
        if table is None:
            raise ConfigurationError(f"environment: nothing can be set by {variable}{_near(variable)}")
        table[key] = [part.strip() for part in value.split(",")] if key in _LISTS else value
        came_from[place] = variable
    return came_from


def _place(tree: dict[str, Any], name: str) -> tuple[dict[str, Any] | None, str, str]:
    if name.startswith("shops_"):
        for number, shop in enumerate(tree.get("shops", [])):
            prefix = f"shops_{str(shop.get('name', '')).lower().replace('-', '_')}_"
            if name.startswith(prefix):
                key = name.removeprefix(prefix)
                return shop, key, f"shops.{number}.{key}"
    for section, key in _known_keys():
        if name == _variable(section, key):
            table = tree
            for part in section.split("."):
                table = table.setdefault(part, {})
            return table, key, f"{section}.{key}"
    return None, "", ""


def _known_keys() -> Iterator[tuple[str, str]]:
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys_of(section, kind)


def _keys_of(section: str, kind: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, inner in kind.model_fields.items():
        if isinstance(inner.annotation, type) and issubclass(inner.annotation, BaseModel):
            yield from _keys_of(f"{section}.{name}", inner.annotation)
        else:
            yield section, inner.alias or name


def _variable(section: str, key: str) -> str:
    """`email.bounces.url` as `email_bounces_url`; what holds for the whole house goes without its section."""
    return key if section == "paldies" else f"{section.replace('.', '_')}_{key}"


def _near(variable: str) -> str:
    known = [f"PALDIES_{_variable(section, key)}".upper() for section, key in _known_keys()]
    close = get_close_matches(variable, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _anchor(tree: dict[str, Any], folder: Path) -> None:
    """Makes paths relative to the file that names them."""
    main = tree.setdefault("paldies", {})
    if isinstance(main, dict):
        for key in ("state_dir", "templates"):
            value = main.get(key, Main.model_fields[key].default)
            main[key] = str(folder / value) if isinstance(value, str | Path) else value
        main["database"] = _anchored_url(main.get("database", Main.model_fields["database"].default), folder)
    email = tree.get("email")
    if isinstance(email, dict) and email.get("dkim_key") and isinstance(email["dkim_key"], str):
        email["dkim_key"] = str(folder / email["dkim_key"])
    shops = tree.get("shops")
    for shop in shops if isinstance(shops, list) else []:
        if isinstance(shop, dict):
            if isinstance(shop.get("path"), str):
                shop["path"] = str(folder / shop["path"])
            if isinstance(shop.get("url"), str):
                shop["url"] = _anchored_url(shop["url"], folder)


def _anchored_url(url: Any, folder: Path) -> Any:
    if isinstance(url, str) and url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        parsed = make_url(url)
        if parsed.database and parsed.database != ":memory:":
            return parsed.set(database=str(folder / parsed.database)).render_as_string(hide_password=False)
    return url


def _explained(problem: Any, path: Path, lines: TomlLines, from_environment: Mapping[str, str]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    said = _shown(key)
    where = from_environment.get(key)
    at = f"environment, {where}" if where else f"{path.name}:{lines.line(key)}"
    if problem["type"] == "extra_forbidden":
        known = [name for section, name in _known_keys() if section == key.rpartition(".")[0]]
        known = known or list(Settings.model_fields)
        close = get_close_matches(key.rpartition(".")[2], known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
        return f"{at}: {said} is not a setting; {hint}"
    if problem["type"] == "missing":
        return f"{at}: {said} is missing"
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{at}: {said}: {text}" if said else f"{path.name}: {text}"


def _shown(key: str) -> str:
    """`shops.0.name` as people count: `shops[1].name`."""
    parts = [f"[{int(part) + 1}]" if part.isdigit() else f".{part}" for part in key.split(".")]
    return "".join(parts).lstrip(".")
