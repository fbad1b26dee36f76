"""A frame's CSS in which a brace is missing: mail would lose the rules after it."""

import re
from collections.abc import Iterator

from paldies.templates.faults import Problem
from paldies.templates.frame import Frame

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
# What may hold braces that open nothing: comments, strings, Jinja.
_ASIDE = re.compile(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BRACE = re.compile(r"([^{};]*)\{|\}")


def look(frame: Frame) -> Iterator[Problem]:
    for style in _STYLE.finditer(frame.text):
        fault = _fault(style[1])
        if fault is not None:
            told, place = fault
            yield Problem(
                frame.file,
                frame.text.count("\n", 0, style.start(1) + place) + 1,
                f"{told}: mail would lose the rules after it",
                "Give each { of the <style> its }.",
            )


def _fault(css: str) -> tuple[str, int] | None:
    """The first, and where. Only what begins with @ has rules inside."""
    waiting: list[tuple[str, int]] = []  # for their }: each rule, and where its brace is
    for found in _BRACE.finditer(_ASIDE.sub(_blank, css)):
        if found[0] == "}":
            if not waiting:
                return "a } closes nothing", found.start()
            waiting.pop()
        elif waiting and not waiting[-1][0].startswith("@"):
            break
        else:
            waiting.append((css[slice(*found.span(1))].strip(), found.end() - 1))
    if not waiting:
        return None
    rule, place = waiting[-1]
    return f"{rule} {{ is not closed", place


def _blank(aside: re.Match[str]) -> str:
    """As long, on as many lines."""
    return re.sub(r"[^\n]", " ", aside[0])
