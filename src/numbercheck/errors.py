"""The base of every error that numbercheck raises about its input."""


class NumbercheckError(Exception):
    """Input that cannot be used, or a question that was not decided, in one sentence."""
