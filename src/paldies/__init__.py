"""A shop's assistant for the hours and weeks after a purchase."""

__version__ = "0.1.0"
