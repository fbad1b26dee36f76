"""What is known about one person: handed out, and forgotten."""
