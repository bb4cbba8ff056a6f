"""The configuration: every setting with its rules. This package imports nothing else of the program.

Private: other programs import what they may use of it from `aks_kafka`. The settings as a whole are looked up
when they are first used: the process of a dynamic provider takes one module, and no model of every setting.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings import Settings, WrongSettings

__all__ = ["Settings", "WrongSettings"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(".settings", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
