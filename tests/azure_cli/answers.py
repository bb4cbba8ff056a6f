"""What Azure and the emulator's daemon answer to the commands (loopback.py says where shapes are from)."""

from components.roles import Role
from emulator.control import CommandFailed
from tests.azure_cli.loopback import ACCEPTED, Answer
from tests.unit.existing_site import KUBELET, OWN

CLUSTER = {
    "name": "local-kafka",
    "type": "Microsoft.HDInsight/clusters",
    "location": "East US",
    "properties": {
        "provisioningState": "Succeeded",
        "clusterState": "Running",
        "computeProfile": {
            "roles": [
                {"name": "headnode", "targetInstanceCount": 2},
                {"name": "workernode", "targetInstanceCount": 3},
                {"name": "zookeepernode", "targetInstanceCount": 3},
            ]
        },
    },
}
REGISTRY = {
    "name": "localkafka",
    "type": "Microsoft.ContainerRegistry/registries",
    "location": "westeurope",
    "sku": {"name": "Basic", "tier": "Basic"},
    "properties": {
        "loginServer": "localkafka.azurecr.io",
        "provisioningState": "Succeeded",
        "adminUserEnabled": False,
        "roleAssignmentMode": "AbacRepositoryPermissions",
    },
}
NETWORK = {
    "name": "aks-vnet-1",
    "id": f"/subscriptions/{OWN}/resourceGroups/MC/providers/Microsoft.Network/virtualNetworks/aks-vnet-1",
    "type": "Microsoft.Network/virtualNetworks",
    "location": "westeurope",
    "properties": {"provisioningState": "Succeeded", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}
PULL = f"/subscriptions/{OWN}/providers/Microsoft.Authorization/roleDefinitions/{Role.ACR_PULL}"
ASSIGNED = {
    "roleDefinitionId": PULL,
    "principalId": KUBELET,
    "principalType": "ServicePrincipal",
    "createdBy": None,
}
ANSWERS = {
    ("GET", "/clusters/local-kafka"): Answer(content=CLUSTER),
    ("PATCH", "/clusters/local-kafka"): Answer(content=CLUSTER),
    ("POST", "/resize"): ACCEPTED,
    ("POST", "/updateGatewaySettings"): ACCEPTED,
    ("GET", "/registries/localkafka"): Answer(content=REGISTRY),
    ("GET", "/registries/images"): Answer(content=REGISTRY),
    ("PATCH", "/registries/images"): Answer(content=REGISTRY),
    ("DELETE", "/clusters/brokers"): ACCEPTED,
    ("PUT", "/virtualNetworkPeerings/to-nodes"): Answer(content={"name": "to-nodes"}),
    ("DELETE", "/virtualNetworkPeerings/to-nodes"): Answer(204),
    ("POST", "/listBuildSourceUploadUrl"): Answer(
        content={
            "uploadUrl": "https://sources.blob.core.windows.net/c/source.tar.gz?sig=s",
            "relativePath": "source/202611300000/0.tar.gz",
        }
    ),
    ("POST", "/scheduleRun"): Answer(
        content={"name": "cf1", "properties": {"runId": "cf1", "status": "Queued"}}
    ),
    ("POST", "/listLogSasUrl"): Answer(content={"logLink": "https://logs.blob.core.windows.net/c/log?sig=s"}),
    ("GET", "/virtualNetworks"): Answer(content={"value": [NETWORK]}),
    ("GET", "/roleDefinitions"): Answer(
        content={"value": [{"id": PULL, "name": Role.ACR_PULL, "properties": {"roleName": "AcrPull"}}]}
    ),
}
EMULATED = {
    "hdinsight-show": CLUSTER,
    "hdinsight-resize": None,
    "hdinsight-credentials": None,
    "hdinsight-patch": None,
    "hdinsight-delete": None,
    "registry-update": None,
    "peering-create": {},
    "peering-delete": None,
    "registry": {"roleAssignmentMode": "AbacRepositoryPermissions"},
    # A build is no part of the comparison: it ends where both have found the registry.
    "login": CommandFailed("enough"),
    "networks": [{"id": NETWORK["id"]}],
    "role-assignments": [{"principalId": KUBELET}],
}
