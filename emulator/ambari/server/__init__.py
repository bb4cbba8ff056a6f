"""Ambari's API over HTTP."""
