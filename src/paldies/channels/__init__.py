"""How a message gets there."""
