"""Who bought, where they live, what they agreed to, and what they never want again."""
