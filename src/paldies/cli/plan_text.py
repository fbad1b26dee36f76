"""How a campaign.toml differs from the published one, line by line."""

from collections.abc import Iterator
from difflib import unified_diff

from rich.text import Text

from paldies.cli.campaign_state import CampaignState


def text_difference(state: CampaignState) -> list[str]:
    """As `diff -u` writes it; empty if there is no file, or nothing published."""
    if not state.published or state.draft is None:
        return []
    before, after = state.published.splitlines(), state.draft.source.splitlines()
    names = (f"published (version {state.version})", f"{state.name}/campaign.toml")
    return list(unified_diff(before, after, *names, lineterm="", n=2))


def coloured_difference(state: CampaignState) -> Iterator[Text]:
    for line in text_difference(state):
        yield Text(line, style={"+": "green", "-": "red", "@": "dim"}.get(line[:1], ""))
