"""What `paldies check` says about a shop that is asked for its orders."""

from collections.abc import Sequence

from paldies.bootstrap.set_up import SetUpError
from paldies.bootstrap.shops import make_shop
from paldies.cli.checks.told import Told
from paldies.cli.output import counted
from paldies.orders.shops.base import ColumnReport, ShopError
from paldies.orders.shops.hooked import Hooked
from paldies.settings import OrderSource


def look_at_shop(source: OrderSource) -> tuple[Told, Sequence[ColumnReport]]:
    """With how its first rows are understood."""
    try:
        shop = make_shop(source)
        columns = shop.inspect()
        shop.close()
    except (ShopError, SetUpError) as error:
        told = str(error).removeprefix(f"shop {source.name!r}: ")
        said, _, remedy = told.partition(". " if ". " in told else ": ")
        return Told("problem", said, remedy), ()
    if wrong := [column for column in columns if column.problem]:
        said = "; ".join(f"{column.column}: {column.problem}" for column in wrong)
        return Told("problem", said, "See below how the first rows were understood."), columns
    if isinstance(shop, Hooked) and shop.hook.is_alone:
        return Told("ok", "it is not asked: it calls"), columns
    found = sum(column.found for column in columns)
    return Told("ok", f"it answers; {counted(found, 'column')} understood"), columns
