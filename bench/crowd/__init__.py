"""Measures the page's memory, and its answers to probes, at the limit of its connections."""
