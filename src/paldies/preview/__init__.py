"""The local page on which staff see a campaign as its customers will, while they write it."""
