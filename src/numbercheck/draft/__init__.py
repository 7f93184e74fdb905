"""A first ledger from an article's text, by rules: no network, no model, the same every time."""
