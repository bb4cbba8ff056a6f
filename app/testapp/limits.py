"""Limits of requests that nobody has to configure."""

MAX_KEY_CHARACTERS = 1000
MAX_LAST = 10_000
"""Messages that can be asked for at a time."""
