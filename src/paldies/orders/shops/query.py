"""The user's own SQL, and what is asked around it."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Executable, Row, bindparam, column, literal_column, select, text
from sqlalchemy.sql.elements import ColumnClause

from paldies.orders.shops.base import ShopError
from paldies.orders.shops.columns import LINE_COLUMNS

_ALIAS = "paldies_orders"


class OrderQuery:
    """One row an order; `:since` is bound if it is used. Raises ShopError."""

    def __init__(self, sql: str) -> None:
        self._sql, parameters = _parsed(sql)
        if strange := parameters - {"since"}:
            raise ShopError(
                f"the query has a parameter :{min(strange)}, but only :since is known;"
                f" if a colon is meant, write it as \\:{min(strange)}"
            )
        self.uses_since = "since" in parameters

    def bound(self, since: Any) -> dict[str, Any]:
        return {"since": since} if self.uses_since else {}

    def all(self) -> Executable:
        return text(self._sql)

    def copied(self, table: str) -> Executable:
        """SQLite: all of it into a table of our connection's own, in one go."""
        return text(f"CREATE TEMP TABLE {table} AS\n{self._sql}")

    def first(self, count: int) -> Executable:
        orders = text(self._sql).columns().subquery(_ALIAS)
        return select(literal_column("*")).select_from(orders).limit(count)

    def only(self, ids: Sequence[str], *, like: Row[Any]) -> Executable:
        """The rows of these orders; `like` is any row, which shows what the shop's ids are made of."""
        name, example = next(
            (name, value) for name, value in like._mapping.items() if name.casefold() == "id"
        )
        wanted = [raw for raw in (_raw_id(told, like=example) for told in ids) if raw is not None]
        key: ColumnClause[Any] = column(name, BigInteger()) if isinstance(example, int) else column(name)
        orders = text(self._sql).columns(key).subquery(_ALIAS)
        return select(literal_column("*")).select_from(orders).where(orders.c[name].in_(wanted))


class LinesQuery:
    """One row a position of the orders that `:order_ids` names. Raises ShopError."""

    def __init__(self, sql: str) -> None:
        self._sql, parameters = _parsed(sql)
        if parameters != {"order_ids"}:
            raise ShopError("the lines_query needs one parameter: … WHERE order_id IN :order_ids")

    def of(self, ids: Sequence[Any]) -> Executable:
        """`ids` as the shop gave them. Large numbers need saying so: drivers judge by the first of a list."""
        numbers = all(isinstance(each, int) for each in ids)
        parameter = bindparam("order_ids", list(ids), expanding=True, type_=BigInteger() if numbers else None)
        return text(self._sql).bindparams(parameter)

    def headings(self, names: Sequence[str]) -> list[str]:
        """Our names for its columns, in the same order. Raises ShopError."""
        ours = [name.casefold() for name in names]
        for name in ours:
            if name not in LINE_COLUMNS:
                raise ShopError(
                    f"the lines_query has a column {name!r}: rename it with AS;"
                    f" known are {', '.join(LINE_COLUMNS)}"
                )
        for name in ("order_id", "price"):
            if name not in ours:
                raise ShopError(f"the lines_query has no column {name!r}: add it (… AS {name})")
        return ours


def _parsed(sql: str) -> tuple[str, set[str]]:
    """The SQL without its last semicolon, and its parameters."""
    sql = sql.strip().rstrip(";").rstrip()
    if not sql:
        raise ShopError("the query is empty: write SELECT … AS id, … FROM …")
    # the line break ends a comment that would otherwise swallow what is put after the query
    return f"{sql}\n", set(text(sql).compile().params)


def _raw_id(told: str, *, like: Any) -> Any:
    """An id as the shop keeps it, or None if it cannot be one of this shop's."""
    try:
        match like:
            case int():
                return int(told)
            case float():
                return float(told)
            case Decimal():
                return Decimal(told)
            case UUID():
                return UUID(told)
            case bytes():
                return told.encode()
        return told
    except (ValueError, InvalidOperation):
        return None
