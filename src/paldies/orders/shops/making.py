"""Makes a shop of any kind from what paldies.toml says of it."""

import inspect
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from paldies.campaigns.durations import parse_duration
from paldies.campaigns.faults import suggestion
from paldies.clock import Clock
from paldies.orders.shops import SHOPS
from paldies.orders.shops.base import Shop


class SettingError(ValueError):
    """A kind, a key or a value that cannot be used; the text begins with the key."""


def made_shop(kind: str, name: str, *, settings: Mapping[str, Any], clock: Clock | None = None) -> Shop:
    """The keywords of its class are its settings. Raises SettingError, and what the shop itself raises."""
    factory = SHOPS.get(kind)
    if factory is None:
        raise SettingError(f"kind: {kind!r} is no kind of shop; {suggestion(kind, SHOPS)}")
    known = {
        key: parameter
        for key, parameter in inspect.signature(factory).parameters.items()
        if key not in ("name", "clock")
    }
    for key in settings:
        if key not in known:
            raise SettingError(f"{key} is not a setting; {suggestion(key, known)}")
    for key, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and key not in settings:
            raise SettingError(f"{key} is missing")
    understood = {key: _understood(key, value, known[key].annotation) for key, value in settings.items()}
    return factory(name, clock=clock, **understood)


def _understood(key: str, value: Any, kind: Any) -> Any:
    """A setting as its kind of shop wants it: `minor_units = "nein"` must not mean yes."""
    try:
        if kind is timedelta and isinstance(value, str):
            return parse_duration(value)
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise SettingError(f"{key}: {error.errors()[0]['msg']}, not {value!r}") from None
    except ValueError as error:
        raise SettingError(f"{key}: {error}") from None
