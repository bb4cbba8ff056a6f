"""Benchmarks: `python -m bench` prints one line of JSON for each figure."""
