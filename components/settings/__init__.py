"""The configuration: every setting with its rules. This package imports nothing else of the program."""

from .settings import Settings, WrongSettings

__all__ = ["Settings", "WrongSettings"]
