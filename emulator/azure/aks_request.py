"""The parts of a request for an AKS cluster, by name."""

from dataclasses import dataclass
from typing import Any

# "Configure Azure CNI networking": what a node takes when nothing else is said.
_DEFAULT_PODS = 30


@dataclass(frozen=True)
class ManagedClusterRequest:
    """Inputs of azure-native:containerservice:ManagedCluster, read with the API's defaults."""

    inputs: dict[str, Any]

    @property
    def pools(self) -> list[dict[str, Any]]:
        """Agent pools."""
        return self.inputs.get("agentPoolProfiles") or []

    @property
    def network_profile(self) -> dict[str, Any]:
        """Ranges and plug-ins."""
        return self.inputs.get("networkProfile") or {}

    @property
    def service_cidr(self) -> str:
        """The range of Services' addresses."""
        return self.network_profile.get("serviceCidr", "10.0.0.0/16")

    @property
    def dns_service_ip(self) -> str:
        """The address of the cluster's DNS."""
        return self.network_profile.get("dnsServiceIP", "10.0.0.10")

    @property
    def subnet_id(self) -> str:
        """Of the nodes: that of the first pool; others must agree. Empty where AKS makes a network."""
        return self.pools[0].get("vnetSubnetID", "") if self.pools else ""

    @property
    def identities(self) -> list[str]:
        """Ids of the cluster's user-assigned identities."""
        return list((self.inputs.get("identity") or {}).get("userAssignedIdentities") or [])

    @property
    def callers(self) -> list[str]:
        """Who may use the API server; nobody in particular means everybody."""
        return (self.inputs.get("apiServerAccessProfile") or {}).get("authorizedIPRanges") or []

    @property
    def has_own_identity(self) -> bool:
        """Whether the cluster acts by an identity that comes and goes with it."""
        return str((self.inputs.get("identity") or {}).get("type", "")).lower() == "systemassigned"

    @property
    def node_count(self) -> int:
        """Nodes of all pools."""
        return sum(int(pool.get("count", 1)) for pool in self.pools)

    def addresses_needed(self) -> int:
        """Addresses of the subnet that plain Azure CNI keeps, one more node for upgrades included."""
        most_pods = max((max_pods(pool) for pool in self.pools), default=_DEFAULT_PODS)
        asked = sum(int(pool.get("count", 1)) * (max_pods(pool) + 1) for pool in self.pools)
        return asked + most_pods + 1


def max_pods(pool: dict[str, Any]) -> int:
    """How many pods a node of this pool takes."""
    return int(pool.get("maxPods") or _DEFAULT_PODS)
