"""Checks that every block tag begins and ends within the same element of a page."""

from html.parser import HTMLParser

from paldies.templates.tags import WORD, Tags

VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})  # HTML elements without an end


def check_nesting(html: str, tags: Tags) -> None:
    """Raises TemplateFault at the first tag that would leave an element open or close it twice."""
    _Nesting(tags).feed(html)


class _Nesting(HTMLParser):
    def __init__(self, tags: Tags) -> None:
        super().__init__()
        self._tags = tags
        self._elements: list[int] = []
        self._regions: list[tuple[int, ...]] = []
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._count += 1
            self._elements.append(self._count)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._elements:
            self._elements.pop()

    def handle_comment(self, data: str) -> None:
        if not WORD.fullmatch(data):
            return
        tag = self._tags[data]
        if tag.opens:
            self._regions.append(tuple(self._elements))
        elif tag.keyword != "set" and (not self._regions or self._regions[-1] != tuple(self._elements)):
            raise tag.fault(
                "it stands in another paragraph, cell, link or emphasis than its beginning",
                remedy="Move it so that both stand side by side.",
            )
        if tag.closes:
            self._regions.pop()
