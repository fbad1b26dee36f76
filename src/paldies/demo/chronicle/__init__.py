"""What has happened in the month, read from what paldies itself writes, and told."""
