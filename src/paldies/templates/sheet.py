"""A compiled template that knows where in the staff's own file each of its lines was written."""

import traceback
from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from jinja2 import Template
from jinja2.environment import Environment

from paldies.campaigns.plain_words import in_plain_words
from paldies.templates.faults import RenderFault
from paldies.templates.tags import Script, Tag
from paldies.templates.writing_in import written_in


class Sheet:
    """Ready to be filled in: about 2 ms to make, some 10 µs to fill."""

    def __init__(
        self,
        script: Script,
        environment: Environment,
        *,
        file: str,
        known: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """`known` values are written in for good."""
        self._script = script
        self._environment = environment
        self._file = file
        self._lines = [line for line, _ in script.origins]
        self._tags = [tag for _, tag in script.origins]
        self._code_name = f"{file} #{id(self)}"
        tree = environment.parse(script.source, name=file, filename=self._code_name)
        code = environment.compile(written_in(tree, known), name=file, filename=self._code_name)
        self._template = Template.from_code(environment, code, environment.globals)
        self._parts = self._template.root_render_func

    def knowing(self, values: Mapping[str, object]) -> "Sheet":
        """The same sheet with these values written in."""
        return Sheet(self._script, self._environment, file=self._file, known=values)

    def fill(self, values: Mapping[str, object]) -> str:
        """Raises RenderFault."""
        environment = self._environment
        # as `Template.render` does, which first works out for 2 µs what it is told here
        context = environment.context_class(environment, {**environment.globals, **values}, self._file, {})
        try:
            return environment.concat(self._parts(context))
        except Exception as error:  # whatever a text does with a value is the text's fault
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> RenderFault:
        tag = self._origin(error)
        said, remedy = in_plain_words(error)
        return RenderFault(
            said,
            remedy=remedy,
            file=tag.file if tag else self._file,
            line=tag.line if tag else None,
            tag=tag.text if tag else "",
        )

    def _origin(self, error: Exception) -> Tag | None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == self._code_name and frame.lineno]
        line = self._template.get_corresponding_lineno(lines[-1]) if lines else 0
        place = bisect_right(self._lines, line)
        return self._tags[place - 1] if place else None
