"""Check the printed numbers of one article against each other; no patient data needed."""
