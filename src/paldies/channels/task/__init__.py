"""What a person at the shop is asked to do."""
