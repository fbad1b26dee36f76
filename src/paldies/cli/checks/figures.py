"""Whether /metrics is for whoever passes by."""

from ipaddress import ip_address

from paldies.cli.checks.told import Told
from paldies.settings.people import Web


def look_at_figures(web: Web) -> Told | None:
    """Where only this machine reaches the port, the proxy in front of it decides who sees them."""
    if not web.port or web.metrics_token.get_secret_value() or _is_this_machine(web.host):
        return None
    said = f"/metrics is open to whoever reaches port {web.port} of {web.host}"
    return Told("warning", said, "Set metrics_token under [web], or PALDIES_WEB_METRICS_TOKEN.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
