"""What shops push to us: taken once, kept for a while, committed before it is answered."""
