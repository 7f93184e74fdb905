"""Whether one cohort can satisfy every printed number, and what all such cohorts agree on."""
