"""The page and its API over HTTP."""
