"""What lies around paldies: the shop's own database, a mail server, the customers, and the shop's staff."""
