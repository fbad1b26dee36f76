"""How rows come out of a shop's database."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import SQLAlchemyError

from paldies.orders.shops import values
from paldies.orders.shops.columns import headings
from paldies.orders.shops.connection import open_engine, parsed
from paldies.orders.shops.query import LinesQuery, OrderQuery
from paldies.orders.shops.refusal import explained
from paldies.orders.shops.since import Form, Mark, long_ago

CHUNK = 500  # rows that are held at once, ids in one statement: every database bears that many

Cells = dict[str, Any]


class Source:
    """The rows of the user's query, under our names of their columns.

    `form` says what the query compares `:since` with, if that is not what its timestamps are made of.
    Every method raises ShopError.
    """

    def __init__(self, url: str, query: str, *, lines_query: str, form: Form | None) -> None:
        self._url = parsed(url)
        self._query = OrderQuery(query)
        self._lines_query = LinesQuery(lines_query) if lines_query else None
        self._form = form

    @property
    def uses_since(self) -> bool:
        return self._query.uses_since

    @property
    def has_lines(self) -> bool:
        return self._lines_query is not None

    def since(self, mark: Mark, overlap: timedelta) -> Any:
        """What `:since` is bound to, once a mark is known."""
        return mark.bound(overlap, form=self.compared_as(mark.form))

    def changed(self, mark: Mark | None, overlap: timedelta) -> Iterator[list[Cells]]:
        """All rows since the mark (None: all), in chunks; streamed, so that millions need no memory."""
        with self._explaining():
            since = self.since(mark, overlap) if mark else self._earliest()
            with self._engine.connect() as connection:
                if self._is_sqlite:
                    # while its own table is read from, the shop cannot write to it: copy the rows and let go
                    connection.execute(self._query.copied("copied"), self._query.bound(since))
                    connection.commit()
                    result = connection.execute(text("SELECT * FROM copied"))
                else:
                    streaming = connection.execution_options(yield_per=CHUNK)
                    result = streaming.execute(self._query.all(), self._query.bound(since))
                # SQLite calls the second of two columns of one name `name:1`
                names = headings([name.partition(":")[0] for name in result.keys()])
                for rows in result.partitions(CHUNK):
                    yield [dict(zip(names, row, strict=True)) for row in rows]

    def only(self, ids: Sequence[str]) -> Iterator[list[Cells]]:
        """The rows of these orders, whenever they changed."""
        with self._explaining():
            early, example = self._probe()
            if example is None:
                return
            for start in range(0, len(ids), CHUNK):
                with self._engine.connect() as connection:
                    statement = self._query.only(ids[start : start + CHUNK], like=example)
                    result = connection.execute(statement, self._query.bound(early))
                    names = headings(list(result.keys()))
                    rows = [dict(zip(names, row, strict=True)) for row in result]
                yield rows

    def first(self, count: int) -> tuple[list[str], list[Cells]]:
        """The columns, and some rows."""
        with self._explaining():
            early, _ = self._probe()
            with self._engine.connect() as connection:
                result = connection.execute(self._query.first(count), self._query.bound(early))
                names = headings(list(result.keys()))
                return names, [dict(zip(names, row, strict=True)) for row in result]

    def lines(self, ids: Sequence[Any]) -> dict[str, list[Cells]]:
        """The lines of these orders, by `key` of the order's id; `ids` as the shop gave them."""
        lines: dict[str, list[Cells]] = defaultdict(list)
        if self._lines_query is None or not ids:
            return lines
        with self._explaining(), self._engine.connect() as connection:
            for start in range(0, len(ids), CHUNK):
                result = connection.execute(self._lines_query.of(ids[start : start + CHUNK]))
                names = self._lines_query.headings(list(result.keys()))
                for row in result:
                    cells = dict(zip(names, row, strict=True))
                    lines[key(cells["order_id"])].append(cells)
        return lines

    def compared_as(self, form: Form) -> Form:
        """The form that `:since` takes where timestamps come in that form."""
        if self._form and not (self._form is Form.NAIVE and form is Form.AWARE):
            form = self._form
        return Form.TEXT if form is Form.NAIVE and self._is_sqlite else form

    def _earliest(self) -> Any:
        return self._probe()[0] if self.uses_since else None

    def _probe(self) -> tuple[Any, Row[Any] | None]:
        """What to bind `:since` to before anything is known, and a row; None if the shop has no orders.

        A database refuses to compare a time with a number, or finds nothing: the forms are tried in turn.
        """
        # SQLite has no timestamps, and numbers come before text
        guesses = (Form.SECONDS, Form.TEXT) if self._is_sqlite else (Form.NAIVE, Form.TEXT, Form.SECONDS)
        accepted: list[Any] = []
        refusal: SQLAlchemyError | None = None
        with self._engine.connect() as connection:
            for form in (self._form,) if self._form else guesses:
                early = long_ago(self.compared_as(form))
                try:
                    row = connection.execute(self._query.first(1), self._query.bound(early)).first()
                except SQLAlchemyError as error:
                    refusal = refusal or error
                    connection.rollback()
                    continue
                if row is not None:
                    return early, row
                accepted.append(early)
        if refusal and not accepted:
            raise refusal
        return accepted[0], None

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @cached_property
    def _engine(self) -> Engine:
        return open_engine(self._url)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            # without the cause: a driver's own text may hold the password
            raise explained(error, self._url) from None


def key(raw: Any) -> str:
    """An id by which an order and its lines find each other, whatever the types of their columns."""
    try:
        return values.text(raw)
    except values.BadValue:
        return ""
