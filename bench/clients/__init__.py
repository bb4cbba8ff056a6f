"""The app's client library beside others: `python -m bench.clients`."""
