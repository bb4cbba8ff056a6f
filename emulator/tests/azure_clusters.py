"""A Kafka and an AKS cluster with all they need, for tests of the resource manager."""

import copy
from typing import Any

from emulator.tests.azure_subscription import (
    GROUP,
    NETWORK_CONTRIBUTOR,
    STORAGE_OWNER,
    Made,
    Subscription,
    allow,
)

PASSWORD = "Emulator-Passw0rd!"


def aks_without_a_subnet(subscription: Subscription, **changes: Any) -> Made:
    """An AKS cluster that makes a network for itself."""
    request = {
        **GROUP,
        "resourceName": "aks",
        "location": "westeurope",
        "dnsPrefix": "aks",
        "identity": {"type": "SystemAssigned"},
        "agentPoolProfiles": [{"name": "pool", "mode": "System", "count": 2, "vmSize": "Standard_D2s_v5"}],
        "networkProfile": {"networkPlugin": "azure"},
    }
    inputs = {**request, **changes}
    return subscription.create("containerservice:ManagedCluster", inputs["resourceName"], **inputs)


class KafkaSite:
    """Everything that an HDInsight cluster needs, and a request for one that Azure accepts."""

    def __init__(self, subscription: Subscription, prefix: str = "10.10.0.0/24", **subnet: Any) -> None:
        self.subscription = subscription
        self.network = subscription.network("kafka-network", "10.10.0.0/16")
        self.security = subscription.security_group(allow())
        self.address = subscription.public_address()
        self.nat = subscription.nat_gateway(self.address)
        guarded = {"networkSecurityGroup": {"id": self.security.id}, "natGateway": {"id": self.nat.id}}
        self.subnet = subscription.subnet(self.network, "kafka-subnet", prefix, **{**guarded, **subnet})
        self.identity = subscription.identity("kafka-identity")
        self.storage = subscription.storage()

    def grant(self) -> Made:
        """The identity's role on the storage."""
        return self.subscription.role(self.identity, STORAGE_OWNER, self.storage.id, "kafka-role")

    def request(self) -> dict[str, Any]:
        """Inputs for a cluster; tests change them."""
        return copy.deepcopy(
            {
                **GROUP,
                "clusterName": "mykafka",
                "location": "westeurope",
                "identity": {"type": "UserAssigned", "userAssignedIdentities": {self.identity.id: {}}},
                "properties": {
                    "clusterVersion": "5.1",
                    "osType": "Linux",
                    "tier": "Standard",
                    "minSupportedTlsVersion": "1.2",
                    "clusterDefinition": {
                        "kind": "Kafka",
                        "componentVersion": {"Kafka": "3.2"},
                        "configurations": {
                            "gateway": {
                                "restAuthCredential.isEnabled": "true",
                                "restAuthCredential.username": "admin",
                                "restAuthCredential.password": PASSWORD,
                            }
                        },
                    },
                    "computeProfile": {
                        "roles": [
                            self._role("headnode", 2),
                            {**self._role("workernode", 3), "dataDisksGroups": [{"disksPerNode": 2}]},
                            self._role("zookeepernode", 3),
                        ]
                    },
                    "storageProfile": {
                        "storageaccounts": [
                            {
                                "name": "kafkastorage.dfs.core.windows.net",
                                "isDefault": True,
                                "fileSystem": "mykafka",
                                "resourceId": self.storage.id,
                                "msiResourceId": self.identity.id,
                            }
                        ]
                    },
                },
            }
        )

    def create(self, request: dict[str, Any] | None = None) -> Made:
        """The cluster."""
        return self.subscription.create("hdinsight:Cluster", "kafka", **(request or self.request()))

    def _role(self, name: str, count: int) -> dict[str, Any]:
        return {
            "name": name,
            "targetInstanceCount": count,
            "hardwareProfile": {"vmSize": "Standard_E4_V3"},
            "osProfile": {
                "linuxOperatingSystemProfile": {
                    "username": "sshuser",
                    "sshProfile": {"publicKeys": [{"certificateData": "ssh-ed25519 AAAA"}]},
                }
            },
            "virtualNetworkProfile": {"id": self.network.id, "subnet": self.subnet.id},
        }


class AksSite:
    """Everything that an AKS cluster needs, and a request for one that Azure accepts."""

    def __init__(
        self, subscription: Subscription, space: str = "10.20.0.0/16", prefix: str = "10.20.0.0/22"
    ) -> None:
        self.subscription = subscription
        self.network = subscription.network("aks-network", space)
        self.subnet = subscription.subnet(self.network, "aks-subnet", prefix)
        self.identity = subscription.identity("aks-identity")

    def grant(self) -> Made:
        """The identity's role on the subnet."""
        return self.subscription.role(self.identity, NETWORK_CONTRIBUTOR, self.subnet.id, "aks-role")

    def request(self) -> dict[str, Any]:
        """Inputs for a cluster; tests change them."""
        return copy.deepcopy(
            {
                **GROUP,
                "resourceName": "aks",
                "location": "westeurope",
                "dnsPrefix": "aks",
                "identity": {"type": "UserAssigned", "userAssignedIdentities": [self.identity.id]},
                "agentPoolProfiles": [
                    {
                        "name": "nodepool1",
                        "mode": "System",
                        "count": 2,
                        "vmSize": "Standard_D2s_v5",
                        "maxPods": 30,
                        "vnetSubnetID": self.subnet.id,
                    }
                ],
                "networkProfile": {
                    "networkPlugin": "azure",
                    "serviceCidr": "10.100.0.0/16",
                    "dnsServiceIP": "10.100.0.10",
                    "outboundType": "loadBalancer",
                    "podCidr": "10.244.0.0/16",
                },
            }
        )

    def create(self, request: dict[str, Any] | None = None) -> Made:
        """The cluster."""
        return self.subscription.create(
            "containerservice:ManagedCluster", "aks", **(request or self.request())
        )
