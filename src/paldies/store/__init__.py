"""What is remembered: tables, the database, migrations."""
