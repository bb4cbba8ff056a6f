"""Ambari's HTTP server, with its request log and fault injection."""
