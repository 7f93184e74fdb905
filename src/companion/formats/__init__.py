"""Tables as text from CSV, SAS transport and Dataset-JSON files, and the faults found in them."""
