"""The telephone, with a machine's voice."""
