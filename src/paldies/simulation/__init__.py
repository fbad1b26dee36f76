"""A month in a minute: the whole house on the past, with another clock, store and set of providers."""
