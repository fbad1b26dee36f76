"""What Python has against a condition or a text, in words for whoever wrote it."""

import re

from jinja2 import UndefinedError

_COMPARED = "Compare a number or an amount with a number, as in order.total > 20, and a date with a date."
_WORKED_OUT = "Take numbers, as order.total.amount is one, or print each by itself."
_OF_OURS = re.compile(r"'[\w.]+\.(\w+) object'")
# What Python says, what it means, and what to write instead: the first that is found counts.
_SAID = (
    ("not supported between", "two things are compared that cannot be", _COMPARED),
    ("unsupported operand", "nothing can be worked out of these two", _WORKED_OUT),
    ("concatenate", "nothing can be worked out of these two", _WORKED_OUT),
    ("not callable", "this cannot be asked anything in brackets", "Take the ( ) out."),
    ("not iterable", "this is no list", "Go through order.lines or order.tags."),
    ("argument", "there is too much or too little in the brackets", "Take out what stands in ( )."),
)


def in_plain_words(error: Exception) -> tuple[str, str]:
    """What is wrong, and the remedy; an error of ours brings both with it."""
    said = str(error).rstrip(".") or type(error).__name__
    if remedy := getattr(error, "remedy", ""):
        return said, str(remedy)
    if isinstance(error, ArithmeticError):  # what decimal says of it is for programmers
        return "there is no result, as of a division by zero", "Ask before whether the number is 0."
    if isinstance(error, UndefinedError):
        return _OF_OURS.sub(
            r"'\1'", said
        ), "Check the spelling, or put it between {% if … %} and {% endif %}."
    meant = next((meant for found, *meant in _SAID if found in said), None)
    return (meant[0], meant[1]) if meant else (said, "Check what this place does with the value.")
