"""A shop's own database, with all that real ones do."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from paldies.clock import SteppedClock
from paldies.orders.shops.base import Page, ShopError
from paldies.orders.shops.refusal import explained
from paldies.orders.shops.sql import SqlShop
from paldies.orders.snapshot import Snapshot

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUERY = "SELECT id, changed AS updated_at FROM purchase WHERE changed >= :since"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    """The shop's own connection to its database."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE purchase (id, changed)")
    yield connection
    connection.close()


def open_shop(path: Path, query: str = QUERY, **settings: Any) -> SqlShop:
    return SqlShop("store", url=f"sqlite:///{path}", query=query, **{"clock": SteppedClock(NOW), **settings})


def fill(db: sqlite3.Connection, statement: str, rows: list[list[Any]]) -> None:
    """In one transaction: each alone would wait for the disk."""
    db.execute("BEGIN")
    db.executemany(statement, rows)
    db.execute("COMMIT")


def watch(shop: SqlShop, cursor: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """The ids that came, and the cursor to keep."""
    pages = list(shop.poll(cursor))
    return [order.id for page in pages for order in page.snapshots], pages[-1].cursor if pages else cursor


def orders(pages: Iterator[Page]) -> list[Snapshot]:
    return [order for page in pages for order in page.snapshots]


# what :since is bound to


@pytest.mark.parametrize(
    ("column", "early", "late"),
    [
        ("changed TEXT", "2026-11-22 10:00:00", "2026-11-22 10:30:00"),
        ("changed TEXT", "2026-11-22T10:00:00.123Z", "2026-11-22T10:30:00.456Z"),
        ("changed TEXT", "2026-11-22T12:00:00+02:00", "2026-11-22T12:30:00+02:00"),
        ("changed DATETIME", "2026-11-22 10:00:00.000000", "2026-11-22 10:30:00.000000"),
        ("changed TEXT", "2026-11-21", "2026-11-22"),
        ("changed INTEGER", 1795341600, 1795343400),
        ("changed INTEGER", 1795341600000, 1795343400000),
        ("changed REAL", 1795341600.5, 1795343400.5),
        ("changed", "2026-11-22 10:00:00", "2026-11-22 10:30:00"),
    ],
)
def test_since_is_found_out_from_what_the_shop_writes(
    path: Path, db: sqlite3.Connection, column: str, early: Any, late: Any
) -> None:
    db.execute("DROP TABLE purchase")
    db.execute(f"CREATE TABLE purchase (id, {column})")
    db.execute("INSERT INTO purchase VALUES ('alice-1', ?)", [early])
    shop = open_shop(path)

    first, cursor = watch(shop, {})
    db.execute("INSERT INTO purchase VALUES ('boris-1', ?)", [late])
    second, cursor = watch(shop, cursor)
    third, cursor = watch(open_shop(path), cursor)

    assert (first, second) == (["alice-1"], ["boris-1"])
    assert "boris-1" in third  # the overlap, read by a shop that remembers nothing


def test_the_setting_decides_what_since_is_compared_with(path: Path, db: sqlite3.Connection) -> None:
    query = "SELECT id, datetime(changed, 'unixepoch') AS updated_at FROM purchase WHERE changed >= :since"
    db.execute("INSERT INTO purchase VALUES ('alice-1', 1795341600)")
    shop = open_shop(path, query, since="epoch")

    _, cursor = watch(shop, {})
    db.execute("INSERT INTO purchase VALUES ('boris-1', 1795341700)")

    assert watch(shop, cursor)[0] == ["boris-1"]


def test_an_unknown_setting_for_since_is_refused(path: Path) -> None:
    with pytest.raises(ShopError, match="since = 'unix' is not known: write auto"):
        open_shop(path, since="unix")


def test_only_what_may_have_changed_is_asked_for(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES ('old', '2026-11-01 10:00:00'), ('new', '2026-11-22 10:00:00')")
    _, cursor = watch(open_shop(path), {})

    again, _ = watch(open_shop(path), cursor)

    assert again == ["new"]


def test_without_updated_at_new_orders_are_found_by_when_they_were_placed(
    path: Path, db: sqlite3.Connection
) -> None:
    query = "SELECT id, changed AS placed_at FROM purchase WHERE changed > :since"
    db.execute("INSERT INTO purchase VALUES ('old', '2026-11-01 10:00:00'), ('new', '2026-11-22 10:00:00')")
    _, cursor = watch(open_shop(path, query), {})

    db.execute("INSERT INTO purchase VALUES ('newer', '2026-11-22 10:00:00')")

    assert watch(open_shop(path, query), cursor)[0] == ["new", "newer"]


def test_an_order_committed_late_is_not_lost(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:05:00')")
    shop = open_shop(path)
    _, cursor = watch(shop, {})

    db.execute("INSERT INTO purchase VALUES ('boris-1', '2026-11-22 09:56:00')")

    assert watch(shop, cursor)[0] == ["boris-1"]


def test_one_order_from_the_future_does_not_hide_those_of_today(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES ('typo', '2099-01-01 00:00:00')")
    shop = open_shop(path)
    _, cursor = watch(shop, {})

    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 12:00:00')")

    assert watch(shop, cursor)[0] == ["alice-1"]


def test_without_since_every_poll_reads_all_and_tells_what_changed(
    path: Path, db: sqlite3.Connection
) -> None:
    shop = open_shop(path, "SELECT id, changed AS todo FROM purchase -- no end;")
    db.execute("INSERT INTO purchase VALUES ('alice-1', ''), ('boris-1', '')")
    _, cursor = watch(shop, {})

    db.execute("UPDATE purchase SET changed = 'collect' WHERE id = 'boris-1'")
    second, cursor = watch(shop, cursor)
    third, cursor = watch(shop, cursor)

    assert (second, third, cursor) == (["boris-1"], [], {})


def test_a_rejected_order_comes_back_when_the_setting_is_mended(path: Path, db: sqlite3.Connection) -> None:
    query = "SELECT id, 'on-hold' AS status, changed AS updated_at FROM purchase WHERE changed >= :since"
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-01 10:00:00')")
    cursor = list(open_shop(path, query).poll({}))[-1].cursor
    unmended = orders(open_shop(path, query).poll(cursor))

    mended = orders(open_shop(path, query, status={"on-hold": "pending"}).poll(cursor))

    assert (unmended, [order.id for order in mended]) == ([], ["alice-1"])


def test_a_rejected_order_is_reported_once_and_not_at_every_poll(path: Path, db: sqlite3.Connection) -> None:
    shop = open_shop(path, "SELECT id, changed AS placed_at FROM purchase")
    db.execute("INSERT INTO purchase VALUES ('alice-1', 'soon')")

    first, second = list(shop.poll({})), list(shop.poll({}))

    assert [rejected.where for page in first for rejected in page.rejected] == ["order alice-1"]
    assert second == []


# lines


def test_lines_find_their_orders_whatever_the_types_of_their_ids(path: Path, db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE line (nr TEXT, name TEXT, price)")
    db.execute(
        "INSERT INTO purchase VALUES (1, '2026-11-22 10:00:00'), (9007199254740993, '2026-11-22 10:00:00')"
    )
    db.execute("INSERT INTO line VALUES ('1', 'Mug', 4.5), ('1', 'Tea', 3), ('9007199254740993', 'Cup', 2)")
    lines = "SELECT nr AS order_id, name, price FROM line WHERE nr IN :order_ids"

    found = orders(open_shop(path, lines_query=lines, currency="EUR").poll({}))

    assert {o.id: [(line.name, line.price) for line in o.lines or ()] for o in found} == {
        "1": [("Mug", 450), ("Tea", 300)],
        "9007199254740993": [("Cup", 200)],
    }


def test_an_order_whose_lines_arrive_later_is_told_again(path: Path, db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE line (order_id, name, price)")
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:00:00')")
    lines = "SELECT order_id, name, price FROM line WHERE order_id IN :order_ids"
    shop = open_shop(path, lines_query=lines, currency="EUR")
    [before] = orders(shop.poll({}))
    _, cursor = watch(shop, {})

    db.execute("INSERT INTO line VALUES ('alice-1', 'Mug', 4)")
    [after] = orders(shop.poll(cursor))

    assert (before.lines, len(after.lines or ())) == ((), 1)


@pytest.mark.parametrize(
    ("lines_query", "problem"),
    [
        ("SELECT 1 AS order_id, 2 AS price", "needs one parameter"),
        ("SELECT 1 AS order_id, 2 AS price, 3 AS colour WHERE 1 IN :order_ids", "a column 'colour'"),
        ("SELECT 1 AS order_id WHERE 1 IN :order_ids", "no column 'price'"),
    ],
)
def test_a_lines_query_that_makes_no_lines_is_refused(
    path: Path, db: sqlite3.Connection, lines_query: str, problem: str
) -> None:
    db.execute("INSERT INTO purchase VALUES (1, '2026-11-22 10:00:00')")

    with pytest.raises(ShopError, match=rf"shop 'store': .*{problem}"):
        orders(open_shop(path, lines_query=lines_query, currency="EUR").poll({}))


# a rescan


@pytest.mark.parametrize("ids", [[1, 2, 2**40], ["a", "b", "c"], [1.0, 2.0, 3.0]])
def test_a_rescan_asks_with_ids_as_the_shop_keeps_them(
    path: Path, db: sqlite3.Connection, ids: list[Any]
) -> None:
    fill(db, "INSERT INTO purchase VALUES (?, '2020-01-01 10:00:00')", [[id] for id in ids])
    shop = open_shop(path)
    told = [order.id for order in orders(shop.poll({}))]

    found = orders(shop.rescan([told[0], told[2], "no such order"]))

    assert [order.id for order in found] == [told[0], told[2]]


def test_a_rescan_bears_any_query_that_a_poll_bears(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES (1, '2020-01-01 10:00:00'), (2, '2020-01-01 10:00:00')")
    query = """
        WITH p AS (SELECT id + 0 AS ID, changed AS "Updated_At" FROM purchase WHERE changed >= :since)
        SELECT * FROM p ORDER BY 2 LIMIT 100; -- that is all
    """.replace("; --", " --")

    found = orders(open_shop(path, query).rescan(["2"]))

    assert [order.id for order in found] == ["2"]


def test_a_rescan_of_many_orders_asks_in_chunks(path: Path, db: sqlite3.Connection) -> None:
    fill(db, "INSERT INTO purchase VALUES (?, '2020-01-01 10:00:00')", [[n] for n in range(1300)])

    pages = list(open_shop(path).rescan([str(n) for n in range(1300)]))

    assert [len(page.snapshots) for page in pages] == [500, 500, 300]
    assert all(page.cursor == {} for page in pages)


# the shop is not disturbed


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_shop_can_write_while_its_orders_are_being_stored(
    path: Path, db: sqlite3.Connection, journal: str
) -> None:
    db.execute(f"PRAGMA journal_mode = {journal}")
    db.execute("PRAGMA busy_timeout = 0")
    fill(db, "INSERT INTO purchase VALUES (?, '2026-11-22 10:00:00')", [[n] for n in range(1300)])

    count = 0
    for page in open_shop(path).poll({}):
        db.execute("INSERT INTO purchase VALUES (?, '2026-11-22 10:00:00')", [f"more-{count}"])
        count += len(page.snapshots)

    assert count == 1300


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_no_file_is_left_beside_the_shops_database(path: Path, db: sqlite3.Connection, journal: str) -> None:
    db.execute(f"PRAGMA journal_mode = {journal}")
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:00:00')")
    db.close()
    shop = open_shop(path)

    found, _ = watch(shop, {})
    shop.inspect()

    assert found == ["alice-1"]
    assert os.listdir(path.parent) == ["shop.db"]


def test_what_the_shop_has_just_written_in_wal_mode_is_read(path: Path, db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = wal")
    shop = open_shop(path)
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:00:00')")

    assert watch(shop, {})[0] == ["alice-1"]


@pytest.mark.parametrize("query", ["DELETE FROM purchase RETURNING id", "INSERT INTO purchase VALUES (1, 2)"])
def test_a_query_that_writes_is_refused(path: Path, db: sqlite3.Connection, query: str) -> None:
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:00:00')")

    with pytest.raises(ShopError):
        orders(open_shop(path, query).poll({}))

    assert db.execute("SELECT id FROM purchase").fetchall() == [("alice-1",)]


def test_a_letter_that_is_not_utf_8_spoils_no_more_than_itself(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES (CAST(x'616c6963652de9' AS TEXT), '2026-11-22 10:00:00')")

    assert watch(open_shop(path), {})[0] == ["alice-\ufffd"]


# what goes wrong is said with its remedy


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT id FROM purchases", r"no such table: purchases\. There is no such table: correct the query"),
        ("SELECT nr AS id FROM purchase", r"no such column: nr\. There is no such column: correct the query"),
        ("SELEC id FROM purchase", "is not right SQL"),
        ("SELECT id, changed AS placed FROM purchase", "'placed' is not known: is 'placed_at' meant"),
        ("SELECT changed AS placed_at FROM purchase", "no column 'id'"),
        ("SELECT id, id FROM purchase", "'id' is there twice"),
        ("SELECT id FROM purchase WHERE id > :last", r"parameter :last, but only :since is known"),
        ("SELECT id FROM purchase WHERE id = ' :x'", r"write it as \\:x"),
        (" ; ", "the query is empty"),
    ],
)
def test_a_query_that_cannot_be_right_is_explained(
    path: Path, db: sqlite3.Connection, query: str, problem: str
) -> None:
    with pytest.raises(ShopError, match=f"shop 'store': .*{problem}"):
        orders(open_shop(path, query).poll({}))


def test_a_missing_file_is_not_made(path: Path) -> None:
    with pytest.raises(ShopError, match=r"there is no database file '.*shop\.db': correct the path in url"):
        watch(open_shop(path), {})

    assert not path.exists()


def test_a_shop_that_comes_back_is_read_again(path: Path) -> None:
    shop = open_shop(path)
    with pytest.raises(ShopError):
        watch(shop, {})

    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE purchase AS SELECT 'alice-1' AS id, '2026-11-22 10:00:00' AS changed")
    db.close()

    assert watch(shop, {})[0] == ["alice-1"]


def test_a_file_that_is_no_database_is_explained(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 this is a spreadsheet" * 100)

    with pytest.raises(ShopError, match="is no SQLite database, or it is damaged"):
        watch(open_shop(path), {})


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("shop.db", "the url cannot be read: write it as sqlite:///shop.db"),
        ("oracle+nothing://anna:s3cret@host/db", "no driver for 'oracle\\+nothing' is installed"),
        (
            "postgresql://anna:s3cret@127.0.0.1:9/db",
            r"anna:\*\*\*@127.0.0.1:9/db: .*database does not answer",
        ),
        ("mysql://anna:s3cret@127.0.0.1:9/db", r"anna:\*\*\*@127.0.0.1:9/db: .*database does not answer"),
        ("sqlite://", "there is no database file"),
    ],
)
def test_a_shop_that_cannot_be_reached_is_explained_without_its_password(url: str, problem: str) -> None:
    with pytest.raises(ShopError, match=problem) as caught:
        orders(SqlShop("store", url=url, query=QUERY).poll({}))

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_locked_database_is_explained(path: Path, db: sqlite3.Connection) -> None:
    db.execute("BEGIN EXCLUSIVE")
    shop = SqlShop("store", url=f"sqlite:///{path}?timeout=0.05", query=QUERY)

    with pytest.raises(ShopError, match=r"is locked\. Another program holds .*tried again at the next poll"):
        watch(shop, {})


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (
            psycopg.OperationalError('FATAL:  password authentication failed for user "anna"'),
            "password is wrong",
        ),
        (
            pymysql.OperationalError(1045, "Access denied for user 'anna'@'%' (using password: YES)"),
            "is wrong",
        ),
        (pymysql.ProgrammingError(1146, "Table 'db.orders' doesn't exist"), "no such table"),
        (pymysql.OperationalError(1054, "Unknown column 'nr' in 'field list'"), "no such column"),
        (pymysql.OperationalError(1792, "Cannot execute statement in a READ ONLY transaction"), "only reads"),
        (psycopg.errors.InsufficientPrivilege("permission denied for table orders"), "grant it SELECT"),
    ],
)
def test_what_a_server_refuses_is_explained(cause: Exception, remedy: str) -> None:
    url = make_url("postgresql://anna:s3cret@db/shop")

    told = str(explained(DBAPIError("SELECT 's3cret'", {}, cause), url))

    assert told.startswith("postgresql://anna:***@db/shop: ")
    assert remedy in told
    assert "s3cret" not in told


# paldies check


def test_an_inspection_says_how_since_is_compared(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:00:00')")

    told = {report.column: report for report in open_shop(path).inspect()}
    untold = {report.column: report for report in open_shop(path, "SELECT id FROM purchase").inspect()}

    assert (told[":since"].example, told[":since"].understood) == ("2026-11-22 09:50:00", "compared as text")
    assert not untold[":since"].found and "WHERE updated_at >= :since" in untold[":since"].understood


def test_an_inspection_of_a_shop_without_orders_finds_its_columns(path: Path, db: sqlite3.Connection) -> None:
    told = {report.column: report for report in open_shop(path).inspect()}

    assert told["id"].found and told["id"].problem == ""


def test_an_inspection_shows_the_lines(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES (1, '2026-11-22 10:00:00')")
    lines = "SELECT 1 AS order_id, 'Mug' AS name, 4 AS price WHERE 1 IN :order_ids"

    told = {report.column: report for report in open_shop(path, lines_query=lines, currency="EUR").inspect()}

    assert told["lines"].understood == "1 lines"


# PostgreSQL


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date", "text", "bigint"])
def test_postgresql_compares_since_with_any_kind_of_column(postgres_url: str, kind: str) -> None:
    written = {"date": ["2026-11-20", "2026-11-22"], "bigint": ["1795168800", "1795341600"]}
    early, late = written.get(kind, ["2026-11-20 10:00:00", "2026-11-22 10:00:00"])
    with psycopg.connect(postgres_url, autocommit=True) as pg:
        pg.execute(f"CREATE TABLE purchase (id bigint, changed {kind})")
        pg.execute(f"INSERT INTO purchase VALUES (1, '{early}'), (2, '{early}')")
        shop = SqlShop(
            "store", url=postgres_url, query=QUERY, time_zone="Europe/Riga", clock=SteppedClock(NOW)
        )

        first, cursor = watch(shop, {})
        pg.execute(f"INSERT INTO purchase VALUES (8589934592, '{late}')")
        second, cursor = watch(shop, cursor)
        third, _ = watch(shop, cursor)
        rescanned = orders(shop.rescan(["2", "8589934592", "x"]))

    assert (first, second, third) == (["1", "2"], ["8589934592"], [])
    assert sorted(order.id for order in rescanned) == ["2", "8589934592"]


def test_postgresql_types_are_understood(postgres_url: str) -> None:
    id = uuid.uuid4()
    with psycopg.connect(postgres_url, autocommit=True) as pg:
        pg.execute("CREATE TABLE line (order_id uuid, sku text, price numeric(10, 2), n int)")
        pg.execute("INSERT INTO line VALUES (%s, 'mug', 4.50, 2)", [id])
    query = f"""
        SELECT '{id}'::uuid AS id, 12.50::numeric AS total, ARRAY['vip', '50%'] AS tags,
               true AS accepts_email, timestamptz '2026-11-22 12:00:00+02' AS placed_at,
               timestamp '2026-11-22 12:00:00' AS paid_at,
               timestamp 'infinity' AS promised_at, date '2026-11-22' AS todo_by
        UNION ALL
        SELECT gen_random_uuid(), 1, NULL, NULL, now(), NULL, NULL, NULL
    """
    lines = "SELECT order_id, sku, n AS quantity, price FROM line WHERE order_id IN :order_ids"
    shop = SqlShop(
        "store", url=postgres_url, query=query, lines_query=lines, currency="EUR", time_zone="Europe/Riga"
    )

    pages = list(shop.poll({}))
    [rescanned] = shop.rescan([str(id)])

    assert [rejected.problem for page in pages for rejected in page.rejected] == [
        "promised_at: 'infinity' is not a time: write it as 2026-11-22 10:00:00"
    ]
    assert sum(len(page.snapshots) for page in pages) == 1
    assert len(rescanned.rejected) == 1


def test_postgresql_is_read_in_pieces_and_never_written(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as pg:
        pg.execute(
            "CREATE TABLE purchase AS SELECT n AS id, now() AS changed FROM generate_series(1, 1200) n"
        )
        pg.execute("CREATE FUNCTION meddle() RETURNS int LANGUAGE sql AS 'DELETE FROM purchase RETURNING 1'")
        shop = SqlShop("store", url=postgres_url, query=QUERY)

        sizes = [len(page.snapshots) for page in shop.poll({})]
        with pytest.raises(ShopError, match="The query tries to write, and paldies only reads"):
            orders(SqlShop("store", url=postgres_url, query="SELECT meddle() AS id").poll({}))

        assert sizes == [500, 500, 200, 0]
        assert pg.execute("SELECT count(*) FROM purchase").fetchone() == (1200,)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT id FROM nowhere", "There is no such table"),
        ("SELECT nr AS id FROM pg_class", "There is no such column"),
        ("SELECT FROM WHERE", "is not right SQL"),
    ],
)
def test_postgresql_refusals_are_explained(postgres_url: str, query: str, problem: str) -> None:
    with pytest.raises(ShopError, match=problem) as caught:
        orders(SqlShop("store", url=postgres_url, query=query).poll({}))

    assert "\n" not in str(caught.value)


def test_a_wrong_database_name_is_explained(postgres_url: str) -> None:
    url = postgres_url.rpartition("/")[0] + "/nowhere"

    with pytest.raises(ShopError, match="There is no such database: correct its name in url"):
        orders(SqlShop("store", url=url, query=QUERY).poll({}))


def test_a_column_of_another_kind_than_its_updates_needs_the_setting(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as pg:
        pg.execute("CREATE TABLE purchase AS SELECT 1 AS id, 1795341600::bigint AS changed")
    query = "SELECT id, to_timestamp(changed) AS updated_at FROM purchase WHERE changed >= :since"
    guessing = SqlShop("store", url=postgres_url, query=query)
    told, told_later = (SqlShop("store", url=postgres_url, query=query, since="epoch") for _ in range(2))
    _, cursor = watch(guessing, {})

    with pytest.raises(ShopError, match='set since = "datetime", "text", "epoch" or "epoch_ms"'):
        watch(guessing, cursor)

    assert watch(told, {})[0] == ["1"]
    assert watch(told_later, cursor)[0] == ["1"]


def test_the_overlap_can_be_set(path: Path, db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO purchase VALUES ('alice-1', '2026-11-22 10:05:00')")
    shop = open_shop(path, overlap=timedelta(hours=2))
    _, cursor = watch(shop, {})

    db.execute("INSERT INTO purchase VALUES ('boris-1', '2026-11-22 08:06:00')")

    assert watch(shop, cursor)[0] == ["boris-1"]
