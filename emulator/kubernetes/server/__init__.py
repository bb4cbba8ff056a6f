"""The API server: objects, their rules and defaults, their store, and what programs read over HTTPS."""
