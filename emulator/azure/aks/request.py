"""The body of a PUT of an AKS cluster, read with the API's defaults."""

from dataclasses import dataclass
from typing import Any

MANAGED_CLUSTER_TOKEN = "azure-native:containerservice:ManagedCluster"

# Defaults from "Configure Azure CNI networking" and "Configure Azure CNI Overlay networking".
_DEFAULT_MAX_PODS = 30
_DEFAULT_MAX_PODS_OVERLAY = 250
_DEFAULT_POD_CIDR = "10.244.0.0/16"
_POD_ADDRESSES_PER_NODE = 256


@dataclass(frozen=True)
class ManagedClusterRequest:
    """The inputs of azure-native:containerservice:ManagedCluster as properties, with the API's defaults."""

    inputs: dict[str, Any]

    @property
    def pools(self) -> list[dict[str, Any]]:
        """Agent pools."""
        return self.inputs.get("agentPoolProfiles") or []

    @property
    def network_profile(self) -> dict[str, Any]:
        """The network profile: address ranges and network plug-ins."""
        return self.inputs.get("networkProfile") or {}

    @property
    def service_cidr(self) -> str:
        """The range of the addresses of Services."""
        return self.network_profile.get("serviceCidr", "10.0.0.0/16")

    @property
    def pod_cidr(self) -> str | None:
        """The range of pods' addresses with Azure CNI Overlay; None where pods get addresses of the subnet.

        Without an overlay AKS ignores `podCidr`, which azure-native always sends.
        """
        if not self.network_profile.get("networkPluginMode"):
            return None
        return self.network_profile.get("podCidr", _DEFAULT_POD_CIDR)

    @property
    def dns_service_ip(self) -> str:
        """The address of the cluster's DNS."""
        return self.network_profile.get("dnsServiceIP", "10.0.0.10")

    @property
    def subnet_id(self) -> str:
        """The id of the nodes' subnet, taken from the first pool; empty where AKS makes a network."""
        return self.pools[0].get("vnetSubnetID", "") if self.pools else ""

    @property
    def identities(self) -> list[str]:
        """Ids of the cluster's user-assigned identities."""
        return list((self.inputs.get("identity") or {}).get("userAssignedIdentities") or [])

    @property
    def authorized_ranges(self) -> list[str]:
        """The source ranges from which the API server may be reached; empty when it is open to all."""
        return (self.inputs.get("apiServerAccessProfile") or {}).get("authorizedIPRanges") or []

    @property
    def has_system_assigned_identity(self) -> bool:
        """Whether the cluster has a system-assigned identity."""
        return str((self.inputs.get("identity") or {}).get("type", "")).lower() == "systemassigned"

    @property
    def node_count(self) -> int:
        """How many nodes all pools have together."""
        return sum(int(pool.get("count", 1)) for pool in self.pools)

    def max_pods(self, pool: dict[str, Any]) -> int:
        """How many pods a node of this pool can run."""
        return int(pool.get("maxPods") or (_DEFAULT_MAX_PODS_OVERLAY if self.pod_cidr else _DEFAULT_MAX_PODS))

    def addresses_needed(self) -> int:
        """How many addresses of the subnet AKS reserves, including those of a surge node during upgrades."""
        of_nodes = [(_max_nodes(pool), 1 + self._pods_in_subnet(pool)) for pool in self.pools]
        return sum(nodes * each for nodes, each in of_nodes) + max((each for _, each in of_nodes), default=0)

    def pod_addresses_needed(self) -> int:
        """How many addresses of the overlay AKS reserves: a /24 for each node, and one more in each pool."""
        return sum(_max_nodes(pool) + 1 for pool in self.pools) * _POD_ADDRESSES_PER_NODE

    def _pods_in_subnet(self, pool: dict[str, Any]) -> int:
        return 0 if self.pod_cidr else self.max_pods(pool)


def _max_nodes(pool: dict[str, Any]) -> int:
    """How many nodes of a pool AKS reserves for: "If Autoscaler is enabled, the max-count ... is counted"."""
    count = int(pool.get("count", 1))
    return max(count, int(pool["maxCount"])) if pool.get("enableAutoScaling") else count
