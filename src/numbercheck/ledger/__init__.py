"""What one article prints: its records, how they are read, and their expressions."""
