"""A subscription with something of everything in it: what Azure answers, and what it was asked."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.unit.recording import Refusal

OWN = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
NETWORKS = f"/subscriptions/{OWN}/resourceGroups/%s/providers/Microsoft.Network/virtualNetworks"
AKS = f"/subscriptions/{OWN}/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/k8s"
REGISTRY = f"/subscriptions/{OWN}/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/Images"
HDINSIGHT_NETWORK = NETWORKS % "data" + "/brokers"
SECURITY_GROUP = (
    f"/subscriptions/{OWN}/resourceGroups/data/providers/Microsoft.Network/networkSecurityGroups/guard"
)
KUBELET = "principal-of-their-kubelet"


class Site:
    """Tests change what is in it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.gone = False
        """Whether nothing is there any more."""
        self.aks: dict[str, Any] = {
            "id": AKS,
            "name": "k8s",
            "location": "westeurope",
            "nodeResourceGroup": "MC_shop_k8s_westeurope",
            "powerState": {"code": "Running"},
            "agentPoolProfiles": [{"name": "nodepool1", "count": 2}],
            "identityProfile": {"kubeletidentity": {"objectId": KUBELET}},
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "serviceCidr": "10.0.0.0/16",
                "podCidr": "10.244.0.0/16",
            },
        }
        self.aks_network: dict[str, Any] = {
            "location": "westeurope",
            "addressSpace": {"addressPrefixes": ["10.224.0.0/12", "fd00::/48"]},
            "subnets": [{"id": "the first subnet", "name": "aks-subnet", "addressPrefix": "10.224.0.0/16"}],
            "virtualNetworkPeerings": [],
        }
        self.hdinsight_network: dict[str, Any] = {
            "location": "West Europe",
            "addressSpace": {"addressPrefixes": ["10.60.0.0/16", "10.61.0.0/16"]},
            "subnets": [
                {
                    "id": f"{HDINSIGHT_NETWORK}/subnets/other",
                    "name": "other",
                    "addressPrefix": "10.61.0.0/28",
                },
                {
                    "id": f"{HDINSIGHT_NETWORK}/subnets/kafka",
                    "name": "kafka",
                    "addressPrefixes": ["10.60.0.0/24"],
                },
            ],
            "virtualNetworkPeerings": [],
        }
        self.security_group: dict[str, Any] = {
            "securityRules": [rule("ours", 100, "Allow", "10.0.0.0/8", "443")],
            "defaultSecurityRules": [
                rule("AllowVnetInBound", 65000, "Allow", "VirtualNetwork", "*"),
                rule("AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer", "*"),
                rule("DenyAllInBound", 65500, "Deny", "*", "*"),
                rule("AllowVnetOutBound", 64000, "Deny", "*", "*") | {"direction": "Outbound"},
            ],
        }
        self.hdinsight_network["subnets"][1]["networkSecurityGroup"] = {"id": SECURITY_GROUP}
        role = {
            "virtualNetworkProfile": {"id": HDINSIGHT_NETWORK, "subnet": f"{HDINSIGHT_NETWORK}/subnets/kafka"}
        }
        self.kafka: dict[str, Any] = {
            "clusterVersion": "5.1.3000.0",
            "clusterState": "Running",
            "provisioningState": "Succeeded",
            "clusterDefinition": {"kind": "KAFKA"},
            "computeProfile": {
                "roles": [
                    {"name": "headnode", "targetInstanceCount": 2, **role},
                    {"name": "workernode", "targetInstanceCount": 4, **role},
                ]
            },
            "connectivityEndpoints": [
                {"name": "HTTPS", "location": "Brokers.azurehdinsight.net", "port": 443}
            ],
        }
        self.registry = {
            "publicNetworkAccess": "Enabled",
            "roleAssignmentMode": "LegacyRegistryPermissions",
        }
        self.gateway: dict[str, Any] = {"isCredentialEnabled": "true", "userName": "admin"}
        self.networks_of_aks = ["aks-vnet-12345678"]
        self.assignments: list[dict[str, str]] = []

    def answers(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        """For `recording.deploy`."""
        answers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "azure-native:authorization:getClientConfig": lambda _: {"subscriptionId": OWN},
            "azure-native:containerregistry:getRegistry": lambda _: {
                "id": REGISTRY,
                "name": "Images",
                "loginServer": "images.azurecr.io",
                "publicNetworkAccess": self.registry["publicNetworkAccess"],
            },
            "azure-native:containerservice:getManagedCluster": lambda _: self.aks,
            "azure-native:hdinsight:getClusterGatewaySettings": lambda _: self.gateway,
            "azure-native:hdinsight:getCluster": lambda _: {"name": "Brokers", "properties": self.kafka},
            "azure-native:network:getNetworkSecurityGroup": lambda _: self.security_group,
            "azure-native:network:getVirtualNetwork": self._network,
            "azure-native:resources:getResourceGroup": lambda asked: {"name": asked["resourceGroupName"]},
            "command:local:run": self._run,
        }
        return {token: self._noted(token, answer) for token, answer in answers.items()}

    def asked(self, function: str) -> list[Mapping[str, Any]]:
        """The arguments of each call of this function."""
        return [arguments for name, arguments in self.calls if name == function]

    def _noted(self, token: str, answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
        def call(arguments: Mapping[str, Any]) -> dict[str, Any]:
            self.calls.append((token.rpartition(":")[2], arguments))
            if self.gone and token.startswith("azure-native:") and "authorization" not in token:
                raise Refusal('Status=404 Code="ResourceNotFound" Message="..."')
            return answer(arguments)

        return call

    def _network(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        name = asked["virtualNetworkName"]
        network = self.hdinsight_network if name == "brokers" else self.aks_network
        return {"id": f"{NETWORKS % asked['resourceGroupName']}/{name}", "name": name, **network}

    def _run(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["command"].startswith("az role assignment list "):
            answer: Any = self.assignments
        elif asked["command"].startswith("az acr show "):
            answer = self.registry
        else:
            assert asked["command"].startswith("az network vnet list ")
            folder = (NETWORKS % asked["environment"]["GROUP"]).replace(
                OWN, asked["environment"]["SUBSCRIPTION"]
            )
            answer = [{"id": f"{folder}/{name}"} for name in self.networks_of_aks]
        return {"stdout": json.dumps(answer), "stderr": ""}


def rule(name: str, priority: int, access: str, source: str, port: str) -> dict[str, Any]:
    """An inbound rule of a security group, as Azure states it."""
    return {
        "name": name,
        "priority": priority,
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp" if port.isdigit() else "*",
        "sourceAddressPrefix": source,
        "destinationPortRange": port,
    }


def in_shop(name: str, **more: str) -> dict[str, Any]:
    """An adopting setting's value."""
    return {"existing": {"resourceGroup": "shop", "name": name, **more}}


def stopped(site: Site) -> None:
    """Somebody has stopped the AKS cluster."""
    site.aks["powerState"] = {"code": "Stopped"}


def without_identity(site: Site) -> None:
    """The AKS cluster was made with a service principal."""
    del site.aks["identityProfile"]


def locked(site: Site) -> None:
    """Nobody may change the AKS cluster's group of nodes."""
    site.aks["nodeResourceGroupProfile"] = {"restrictionLevel": "ReadOnly"}
