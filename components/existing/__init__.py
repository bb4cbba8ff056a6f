"""What exists already: named in the settings, read and checked at preview, used, and left as it is."""

from .aks import ExistingAks, ExistingAksCluster, aks_cluster
from .found import Found, find_existing
from .network import ExistingNetwork

__all__ = ["ExistingAks", "ExistingAksCluster", "ExistingNetwork", "Found", "aks_cluster", "find_existing"]
