"""The body of a PUT of an HDInsight cluster, read with the API's defaults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CLUSTER_TOKEN = "azure-native:hdinsight:Cluster"
HEAD = "headnode"
ZOOKEEPER = "zookeepernode"
WORKER = "workernode"
GATEWAYS = 2
"""How many gateway nodes a cluster has in addition to those that are requested."""

_PREFIXES = {HEAD: "hn", ZOOKEEPER: "zk", WORKER: "wn"}
# HDInsight creates more VMs than it keeps (a region has features OVERPROVISION_HOSTGROUP_...), so numbers
# have gaps, as in the recorded list of hosts, emulator/tests/recordings/azure/hdinsight-hosts.json.
_FIRST_NUMBERS = {HEAD: (0, 1), ZOOKEEPER: (0, 3, 5), WORKER: (0, 3, 4)}


@dataclass(frozen=True)
class ClusterRequest:
    """The inputs of azure-native:hdinsight:Cluster as properties, with the API's defaults."""

    inputs: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        """The body's properties."""
        return self.inputs.get("properties") or {}

    @property
    def definition(self) -> dict[str, Any]:
        """Kind, component versions and configurations."""
        return self.properties.get("clusterDefinition") or {}

    @property
    def configurations(self) -> dict[str, dict[str, Any]]:
        """Configurations: properties by type, such as "gateway" and "kafka-broker"."""
        return self.definition.get("configurations") or {}

    @property
    def user(self) -> str:
        """The name of the gateway's user, who is Ambari's administrator."""
        return str(self._gateway.get("restAuthCredential.username", ""))

    @property
    def password(self) -> str:
        """The password of the gateway's user."""
        return str(self._gateway.get("restAuthCredential.password", ""))

    @property
    def gateway_enabled(self) -> bool:
        """Whether the gateway requires a user to sign in."""
        return str(self._gateway.get("restAuthCredential.isEnabled", "false")).lower() == "true"

    @property
    def kafka_broker(self) -> dict[str, str]:
        """Properties of kafka-broker that are set at creation."""
        return {name: str(value) for name, value in self.configurations.get("kafka-broker", {}).items()}

    @property
    def roles(self) -> dict[str, dict[str, Any]]:
        """Roles by lower-case name."""
        listed = (self.properties.get("computeProfile") or {}).get("roles") or []
        return {str(role.get("name", "")).lower(): role for role in listed}

    @property
    def storage_accounts(self) -> list[dict[str, Any]]:
        """The storage accounts for the cluster's file systems."""
        return (self.properties.get("storageProfile") or {}).get("storageaccounts") or []

    @property
    def identities(self) -> list[str]:
        """Ids of the cluster's user-assigned identities."""
        return list((self.inputs.get("identity") or {}).get("userAssignedIdentities") or {})

    @property
    def network_id(self) -> str:
        """The id of the head nodes' virtual network; all roles have to be in it."""
        return self._placement.get("id", "")

    @property
    def subnet_id(self) -> str:
        """The id of the head nodes' subnet; all roles have to be in it."""
        return self._placement.get("subnet", "")

    @property
    def encrypted_between_nodes(self) -> bool:
        """Whether traffic between the nodes is to be encrypted (IPSec)."""
        encryption = self.properties.get("encryptionInTransitProperties") or {}
        return bool(encryption.get("isEncryptionInTransitEnabled"))

    def count(self, role: str) -> int:
        """How many nodes of a role are requested."""
        return int(self.roles.get(role, {}).get("targetInstanceCount") or 0)

    def size(self, role: str) -> str:
        """The VM size of a role's nodes."""
        return str((self.roles.get(role, {}).get("hardwareProfile") or {}).get("vmSize", ""))

    @property
    def disks_per_worker(self) -> int:
        """How many data disks each worker has."""
        groups = self.roles.get(WORKER, {}).get("dataDisksGroups") or []
        return sum(int(group.get("disksPerNode") or 0) for group in groups)

    def nodes(self) -> list[str]:
        """Short names of all nodes (hn0, zk0, wn0), in the order in which they get their addresses."""
        return [
            f"{prefix}{number}"
            for role, prefix in _PREFIXES.items()
            for number in _numbers(_FIRST_NUMBERS[role], self.count(role))
        ]

    @property
    def _gateway(self) -> dict[str, Any]:
        return self.configurations.get("gateway") or {}

    @property
    def _placement(self) -> dict[str, Any]:
        return self.roles.get(HEAD, {}).get("virtualNetworkProfile") or {}


def next_worker_names(nodes: Iterable[str], count: int) -> list[str]:
    """Short names for `count` further workers, numbered from the highest among `nodes`."""
    prefix = _PREFIXES[WORKER]
    last = max(int(node.removeprefix(prefix)) for node in nodes if node.startswith(prefix))
    return [f"{prefix}{last + number}" for number in range(1, count + 1)]


def _numbers(first: Sequence[int], count: int) -> list[int]:
    return [*first, *range(first[-1] + 1, first[-1] + 1 + count)][:count]
