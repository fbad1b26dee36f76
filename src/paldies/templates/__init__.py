"""How it reads: from what staff write to what a customer gets."""
