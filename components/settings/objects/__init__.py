"""Settings that are objects with keys of their own: topics, limits, Entra ID, what exists already."""
