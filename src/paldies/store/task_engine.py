"""The tables of Procrastinate, in a schema of their own beside ours."""

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection

SCHEMA = "procrastinate"
VERSION = "03.04.00_50_post_add_retry_failed_job_procedure.sql"  # the last of the library's migrations


def install(connection: Connection) -> None:
    """Makes them, in the transaction that is open; the schema's comment says which version they are.

    All at once: the library's migrations add words to an enum and use them, which servers before 17 refuse in
    one transaction. https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
    """
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
    # the driver's own call: it takes several statements at once, and a % for a %
    connection.connection.cursor().execute(SchemaManager.get_schema())
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{VERSION}'")
    connection.exec_driver_sql("RESET search_path")
