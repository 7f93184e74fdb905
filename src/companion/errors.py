"""The base of every error that the companion raises about its input."""


class CompanionError(Exception):
    """Input that cannot be used, in one sentence."""
