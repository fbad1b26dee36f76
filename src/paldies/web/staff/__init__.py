"""`/desk`: the one page from which the shop's staff act."""
