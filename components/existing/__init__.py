"""What exists already: named in the settings, read and checked at preview, used, and left as it is."""

from .aks import ExistingAks, ExistingAksCluster, aks_cluster
from .found import Found, find_existing
from .kafka import ExistingKafka, ExistingKafkaCluster, kafka_cluster
from .network import ExistingNetwork
from .registry import ExistingRegistry

__all__ = [
    "ExistingAks",
    "ExistingAksCluster",
    "ExistingKafka",
    "ExistingKafkaCluster",
    "ExistingNetwork",
    "ExistingRegistry",
    "Found",
    "aks_cluster",
    "find_existing",
    "kafka_cluster",
]
