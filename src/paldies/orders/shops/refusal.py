"""What a database's refusal means, in one sentence with its remedy."""

import re

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from paldies.orders.shops.base import ShopError

# What drivers say (SQLite's words, PostgreSQL's SQLSTATE or libpq's words, MySQL's numbers), and what to do.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"password authentication failed|\b28P01\b|\b28000\b|\b1045\b|no password supplied",
     "user or password is wrong: correct them in url"),
    (r"\b3D000\b|database .* does not exist|\b1049\b", "there is no such database: correct its name in url"),
    (r"no such table|\b42P01\b|\b1146\b", "there is no such table: correct the query"),
    (r"no such column|\b42703\b|\b1054\b", "there is no such column: correct the query"),
    (r"permission denied|\b42501\b|\b1142\b|\b1143\b|\b1044\b",
     "the database user may not read this: grant it SELECT"),
    (r"readonly database|read-only transaction|\b25006\b|\b1792\b",
     "the query tries to write, and paldies only reads: make it a SELECT"),
    (r"database is locked|database table is locked|\b1205\b|\b55P03\b",
     "another program holds the database locked: it is tried again at the next poll"),
    (r"not a database|malformed", "the file is no SQLite database, or it is damaged: check the path in url"),
    (r"unable to open database file",
     "the file cannot be opened: check the path in url, and who may read it"),
    (r"\b42883\b|operator does not exist",
     'the query compares different types: if it is about :since, set since = "datetime", "text", "epoch" or'
     ' "epoch_ms", as the column is'),
    (r"syntax error|\b42601\b|\b1064\b", "the query is not right SQL: try it in the database's own console"),
    (r"ambiguous|\b42702\b|\b1052\b|\b1060\b|[Dd]uplicate column",
     "a column is named twice in the query: name each once, with AS"),
    (r"name or service not known|could not translate|failed to resolve|getaddrinfo|nodename nor servname",
     "the host is not known: correct it in url"),
    (r"refused|timed? ?out|timeout|unreachable|\b2003\b|\b2013\b|\b2006\b|server closed|\b57P0",
     "the database does not answer: is it running, and may this machine reach it? It is tried again"),
)  # fmt: skip


def explained(error: SQLAlchemyError | OSError, url: URL) -> ShopError:
    """The same error for people, without the password."""
    cause = getattr(error, "orig", None) or error
    said = _first_line(str(cause)) or type(cause).__name__
    code = str(getattr(cause, "sqlstate", None) or "")
    told = f"{code} {cause}"
    remedy = next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, told, re.IGNORECASE)), "")
    sentence = f"{url.render_as_string(hide_password=True)}: {_without(str(url.password or ''), said)}"
    return ShopError(f"{sentence}. {remedy[0].upper()}{remedy[1:]}" if remedy else sentence)


def _first_line(said: str) -> str:
    """MySQL's errors are tuples: `(1146, "Table 'x' doesn't exist")`."""
    found = re.match(r"""\((\d+), ["'](.*)["']\)""", said, re.DOTALL)
    lines = (f"{found[2]} ({found[1]})" if found else said).strip().splitlines()
    return lines[0].rstrip(".") if lines else ""


def _without(password: str, said: str) -> str:
    return said.replace(password, "***") if len(password) > 2 else said
