"""What a person hears of a page that is read to them."""

from html.parser import HTMLParser

_EMPTY = ("meta", "br", "hr", "img")  # they have no end


def read_aloud(html: str) -> str:
    heard: list[str] = []

    class Ear(HTMLParser):
        silent = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if self.silent or tag in ("head", "style") or ("data-only", "html") in attrs:
                self.silent += tag not in _EMPTY

        def handle_endtag(self, tag: str) -> None:
            self.silent = max(0, self.silent - 1)

        def handle_data(self, data: str) -> None:
            if not self.silent:
                heard.append(data)

    Ear().feed(html)
    return "".join(heard)
