"""Compares the app's Kafka client library with others: `python -m bench.clients`."""
