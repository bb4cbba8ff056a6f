"""The versions of Python that the local environment, and with it every test, runs with."""

PYTHONS = ("3.11", "3.12", "3.13")
"""MAJOR.MINOR. The first is the image's in Azure; its packages are locked for all (tools/lock.py)."""
