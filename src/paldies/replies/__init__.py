"""What comes back: reports of providers, answers of customers, what staff have done."""
