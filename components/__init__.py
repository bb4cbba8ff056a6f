"""Components that bring an application on AKS and Apache Kafka on HDInsight together.

Programs of others import them as `aks_kafka` (`pip install` of this repository), and use the names in
`__all__`, and those of `aks_kafka.outputs`, which reads the outputs of such a stack. All other modules and
packages below are private: what else they hold may change in any version.

A name is looked up when it is first used: the process of a dynamic provider takes one module out of many,
and loads no more. For the same reason, modules that declare resources import `annotations` from `__future__`:
so the classes of azure-native and kubernetes are loaded where they are first used, which takes longer than
the rest of a preview.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aks import AksCluster, AksClusterArgs
    from .ambari import BrokerAddresses, BrokerAddressesArgs, IpAdvertising, IpAdvertisingArgs
    from .kafka import KafkaCluster, KafkaClusterArgs
    from .network import NewNetwork, PeeredNetworks, PeeredNetworksArgs
    from .settings.objects.aks_entra import AksEntra

__all__ = [
    "AksCluster",
    "AksClusterArgs",
    "AksEntra",
    "BrokerAddresses",
    "BrokerAddressesArgs",
    "IpAdvertising",
    "IpAdvertisingArgs",
    "KafkaCluster",
    "KafkaClusterArgs",
    "NewNetwork",
    "PeeredNetworks",
    "PeeredNetworksArgs",
]

_MODULES = {
    "AksCluster": ".aks",
    "AksClusterArgs": ".aks",
    "AksEntra": ".settings.objects.aks_entra",
    "BrokerAddresses": ".ambari",
    "BrokerAddressesArgs": ".ambari",
    "IpAdvertising": ".ambari",
    "IpAdvertisingArgs": ".ambari",
    "KafkaCluster": ".kafka",
    "KafkaClusterArgs": ".kafka",
    "NewNetwork": ".network",
    "PeeredNetworks": ".network",
    "PeeredNetworksArgs": ".network",
}
"""Where each public name is declared."""


def __getattr__(name: str) -> Any:
    if module := _MODULES.get(name):
        return getattr(import_module(module, __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
