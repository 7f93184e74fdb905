"""A reproducible companion to one published trial (doi:10.1186/s13045-024-01597-8)."""

__version__ = "0.1.0"
