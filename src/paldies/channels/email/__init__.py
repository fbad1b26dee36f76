"""E-mail: MIME text, the SMTP wire, and what a server's answers mean."""
