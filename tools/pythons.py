"""The versions of Python that the local environment supports."""

PYTHONS = ("3.11", "3.12", "3.13")
"""MAJOR.MINOR. The first is the image's in Azure; the image's packages are locked for all (tools/lock.py)."""
