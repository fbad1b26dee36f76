"""The month that is played: who buys what and when, what comes of it, and how each of them is reached."""
