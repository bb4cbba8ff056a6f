"""The configuration: every setting with its rules. This package imports nothing else of the program.

Private: other programs import what they may use of it from `aks_kafka`.
"""

from .settings import Settings, WrongSettings

__all__ = ["Settings", "WrongSettings"]
