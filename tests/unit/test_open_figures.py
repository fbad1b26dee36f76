"""`paldies check` sees a /metrics that anybody may read."""

import pytest

from paldies.cli.checks.figures import look_at_figures
from paldies.settings.people import Web


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "shop.example"])
def test_figures_that_anybody_may_read_are_told_of(host: str) -> None:
    told = look_at_figures(Web(host=host))

    assert told and told.state == "warning" and "PALDIES_WEB_METRICS_TOKEN" in told.remedy


@pytest.mark.parametrize(
    "web",
    [
        Web(),
        Web(host="localhost"),
        Web(host="::1"),
        Web(host="0.0.0.0", port=0),
        Web(host="0.0.0.0", metrics_token="a long token"),
    ],
    ids="usual localhost loopback no-pages token".split(),
)
def test_figures_behind_a_proxy_or_a_token_are_not(web: Web) -> None:
    assert look_at_figures(web) is None
