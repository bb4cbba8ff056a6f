"""The API server: objects, their rules and defaults, their store, and the HTTPS endpoint."""
