"""The base of every error that the companion raises about its input."""


class CompanionError(Exception):
    """Input that cannot be used, in one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Show that sentence alone in a notebook: the fault is the input's, not the code's."""
        return [f"{type(self).__name__}: {self}"]
