"""Existing resources that the settings adopt: read from Azure at preview, checked, and left unchanged.

Private: it serves the settings of this program.
"""

from .aks import ExistingAks
from .azure import not_found_code
from .kafka import ExistingKafka
from .model import Existing
from .network import ExistingNetwork, name_of_our_peering
from .read import read_existing
from .registry import ExistingRegistry

__all__ = [
    "Existing",
    "ExistingAks",
    "ExistingKafka",
    "ExistingNetwork",
    "ExistingRegistry",
    "name_of_our_peering",
    "not_found_code",
    "read_existing",
]
