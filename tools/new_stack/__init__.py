"""Sets up a new stack: asks for the settings without defaults, checks them, and ends with a preview."""
