"""What `paldies check` looks at, one thing a file."""
