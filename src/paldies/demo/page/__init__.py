"""The local page of a demo: every letter as its customer sees it, every silence with its reason."""
