"""The page of a ledger: every printed number with its verdict, for any article.

``companion.report`` builds the page of the companion on the same parts.
"""
