"""The stack's outputs, as other programs read them. This package imports nothing else of the program."""

from .environment import CONTRACT_VERSION, EnvironmentOutputs
from .errors import LockedSecret, MissingOutput, OtherContract, OutputError, WrongType

__all__ = [
    "CONTRACT_VERSION",
    "EnvironmentOutputs",
    "LockedSecret",
    "MissingOutput",
    "OtherContract",
    "OutputError",
    "WrongType",
]
