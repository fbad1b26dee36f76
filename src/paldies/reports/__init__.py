"""What it did."""
