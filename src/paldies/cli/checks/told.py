"""How something was found to be."""

from typing import Literal, NamedTuple

State = Literal["ok", "warning", "problem"]


class Told(NamedTuple):
    """`remedy` is empty where nothing has to be done."""

    state: State
    said: str
    remedy: str = ""
