"""Sets up a new stack: asks for what has no default, checks as it goes, and ends with a preview."""
