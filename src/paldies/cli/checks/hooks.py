"""What `paldies check` says about the hooks of a shop."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from paldies.bootstrap.set_up import SetUpError
from paldies.bootstrap.shops import make_shop
from paldies.cli.checks.told import Told
from paldies.cli.desk import Desk
from paldies.orders.hooks import tally
from paldies.orders.hooks.tally import Arrivals
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.hooked import Hook, Hooked, Registered, Way
from paldies.reports.local_time import LocalTime
from paldies.settings import OrderSource

_RECENT = timedelta(days=30)  # a topic of which one came since then is there, whoever made its hook
_WHERE = {
    Way.SHOPIFY: "In Shopify, Settings → Notifications → Webhooks: for each of these topics a hook to"
    " {address}, format JSON. The secret that Shopify shows there is webhook_secret",
    Way.WOOCOMMERCE: "In WooCommerce, Settings → Advanced → Webhooks: for each of these topics an active hook"
    " to {address}, API version 3, with webhook_secret as its secret",
    Way.ORDERS: "Let the shop post to {address}: see docs/hooks.md",
}


def look_at_hooks(desk: Desk, source: OrderSource) -> Iterator[Told]:
    """Nothing for a shop that does not call, or cannot be made: that is said elsewhere."""
    try:
        shop = make_shop(source)
    except (ShopError, SetUpError):
        return
    try:
        if isinstance(shop, Hooked) and shop.hook.secrets:
            yield from _look(desk, shop)
    finally:
        shop.close()


def _look(desk: Desk, shop: Hooked) -> Iterator[Told]:
    hook, came = shop.hook, desk.look(tally.arrivals, shop.name)
    public_url = desk.settings.paldies.public_url
    address = f"{public_url or 'https://…'}/hooks/{hook.way}/{shop.name}"
    if not public_url:
        remedy = f"Set it in [paldies]; shops then call {address}"
        yield Told("warning", "no shop can call: there is no public_url", remedy)
    elif not desk.settings.web.port:
        yield Told("warning", "no shop can call: the pages are off", "Set port in [web].")
    if came.bad:
        yield Told("problem", _signed_wrong(desk, came), f"Set webhook_secret: {_whose(hook)}")
    try:
        registered = shop.registered()
    except ShopError as error:
        yield Told("warning", f"its hooks cannot be asked for: {str(error).partition(': ')[2]}")
        registered = None
    yield _present(desk, hook, came, address=address, registered=registered)


def _present(
    desk: Desk, hook: Hook, came: Arrivals, *, address: str, registered: list[Registered] | None
) -> Told:
    ours = [each for each in registered or () if each.address.rstrip("/") == address]
    if broken := [f"{each.topic} is {each.trouble}" for each in ours if each.trouble]:
        return Told("problem", ", ".join(broken), f"Make it active again: it calls {address}")
    there = {each.topic for each in ours} | {topic for topic, at in came.good.items() if _is_recent(desk, at)}
    if missing := [topic for topic in hook.topics if topic not in there]:
        return Told("warning", f"missing: {', '.join(missing)}", _WHERE[hook.way].format(address=address))
    if came.good_at is None:
        return Told("warning", "none has come yet", _WHERE[hook.way].format(address=address))
    return Told("ok", f"{address}; the last one came {_said(desk, came.good_at)}")


def _signed_wrong(desk: Desk, came: Arrivals) -> str:
    count = f"{came.bad} {'was' if came.bad == 1 else 'were'} refused"
    since = f"since the last good one ({_said(desk, came.good_at)})" if came.good_at else "and none was good"
    return f"{count} {since}: {came.why}"


def _whose(hook: Hook) -> str:
    return {
        Way.SHOPIFY: "Shopify shows it below the hooks; an app's hooks are signed with its client_secret",
        Way.WOOCOMMERCE: "it is the Secret of each hook",
        Way.ORDERS: "it is what the shop signs with",
    }[hook.way]


def _is_recent(desk: Desk, at: datetime) -> bool:
    return desk.now - at < _RECENT


def _said(desk: Desk, at: datetime) -> str:
    return LocalTime(desk.home_zone, desk.home_zone, desk.now).say(at)
