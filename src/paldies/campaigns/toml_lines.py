"""Where in a TOML text each key stands, which tomllib does not tell."""

import re

_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_LONG_TEXT = re.compile(r"\"\"\"|'''")


class TomlLines:
    """Lines (from 1) by path; the third `[[steps]]` is `steps.2`, its name `steps.2.name`."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, int] = {}
        seen: dict[str, int] = {}
        table, closing = "", None
        for number, line in enumerate(text.splitlines(), start=1):
            if closing:
                closing = None if closing in line else closing
                continue
            if header := _TABLE.match(line):
                table = _path(header[2])
                if header[1] == "[[":
                    seen[table] = seen.get(table, -1) + 1
                    table = f"{table}.{seen[table]}"
                elif (root := table.partition(".")[0]) in seen:
                    table = table.replace(root, f"{root}.{seen[root]}", 1)
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault(f"{table}.{_path(key[1])}".lstrip("."), number)
                quotes = _LONG_TEXT.findall(line)
                closing = quotes[0] if len(quotes) == 1 else None

    def line(self, path: str) -> int:
        """Of the key, or else of the nearest table around it that has a line of its own."""
        while path and path not in self._lines:
            path = path.rpartition(".")[0]
        return self._lines.get(path, 1)


def _path(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
