"""Ambari's REST API: its requests, its answers as values, its errors, and how long it is waited for."""
