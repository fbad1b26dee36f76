"""What is said when the settings are in order and the world is not."""


class SetUpError(Exception):
    """The settings are in order, but what they name cannot be used as they say."""
