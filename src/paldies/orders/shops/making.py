"""Makes a shop of any kind from what paldies.toml says of it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from inspect import Parameter, signature
from itertools import chain
from typing import Any, get_args, get_type_hints

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
    own = [one for one in signature(factory).parameters.values() if one.name not in ("name", "clock")]
    kinds = dict(chain.from_iterable(map(_kinds, own)))
    for key in settings:
        if key not in kinds:
            raise SettingError(f"{key} is not a setting; {suggestion(key, kinds)}")
    for one in own:
        if one.kind is Parameter.KEYWORD_ONLY and one.default is Parameter.empty and one.name not in settings:
            raise SettingError(f"{one.name} is missing")
    understood = {key: _understood(key, value, kinds[key]) for key, value in settings.items()}
    return factory(name, clock=clock, **understood)


def _kinds(parameter: Parameter) -> Iterable[tuple[str, Any]]:
    """The settings that a parameter stands for, and what each has to be; `**meaning` stands for several."""
    if parameter.kind is Parameter.VAR_KEYWORD:
        (several,) = get_args(parameter.annotation)
        return get_type_hints(several).items()
    return [(parameter.name, parameter.annotation)]


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
