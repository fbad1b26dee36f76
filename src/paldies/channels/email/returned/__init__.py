"""What mail servers send back, read from the mail alone: no database, no network, no clock."""
