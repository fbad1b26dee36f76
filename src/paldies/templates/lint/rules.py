"""Everything that is looked at: one line for each kind of problem."""

from collections.abc import Callable, Iterable, Sequence

from paldies.templates.faults import Problem
from paldies.templates.lint import (
    braces,
    characters,
    contrast,
    dates,
    fares,
    front,
    leftovers,
    links,
    loops,
    lost,
    markup,
    pictures,
    promotion,
    reviews,
    spoken,
    subjects,
    way_out,
    wordless,
)
from paldies.templates.lint.message import Message, Reading
from paldies.templates.lint.written import Written

Rule = Callable[[Message], Iterable[Problem]]

# What staff wrote, whether it works or not.
SOURCES: Sequence[Callable[[Written], Iterable[Problem]]] = (
    braces.look,
    characters.look,
    dates.look,
    front.look,
    loops.look,
)
# What the step has to do with it.
READINGS: Sequence[Callable[[Reading], Iterable[Problem]]] = (promotion.look, reviews.look)
# What differs from order to order: some 20 µs each.
EVERY_ORDER: Sequence[Rule] = (
    subjects.look,
    links.look,
    markup.look,
    spoken.look,
    fares.look,
    wordless.look,
    leftovers.look,
)
# What is the same on every page, and takes milliseconds.
PAGES: Sequence[Rule] = (pictures.look, lost.look, contrast.look, way_out.look)
