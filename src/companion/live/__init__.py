"""The live page: the whole audit in one HTML file that works without a network."""

from companion.live.bundle import write_live_page

__all__ = ["write_live_page"]
