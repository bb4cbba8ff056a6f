"""The configuration: every setting with its rules. Nothing in here imports anything else of the program."""

from .settings import Settings, WrongSettings

__all__ = ["Settings", "WrongSettings"]
