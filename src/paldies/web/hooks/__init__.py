"""Where shops call us: verify, read, write down, and only then answer."""
