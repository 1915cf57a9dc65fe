"""Why there is no figure."""


class Failed(Exception):
    """A program that was to be measured did not do what it should."""
