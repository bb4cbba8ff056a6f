"""HDInsight as Azure takes it: 5.1 with Kafka 3.2, in our subnet, its storage reached without keys."""

import json
from dataclasses import replace

import pulumi
import pytest

from components.kafka import KafkaCluster, KafkaClusterArgs
from components.roles import Role
from tests.unit.recording import GROUP, Deployment, deploy

ARGS = KafkaClusterArgs(
    name="contoso-kafka",
    resource_group="test",
    location="westeurope",
    network_id="network-id",
    subnet_id="subnet-id",
    workers=4,
    disks_per_worker=2,
    worker_size="Standard_E8_V3",
    head_size="Standard_E4_V3",
    zookeeper_size="Standard_A4_V2",
    storage_account_name="contosokafka",
    gateway_user="admin",
    gateway_password=pulumi.Output.secret("Very-Secr3t!"),
    ssh_user="sshuser",
    ssh_public_key="ssh-rsa AAAA",
    protect=True,
    tags={"team": "kafka"},
)
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/contoso-kafka-identity"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/contosokafka"


def declare(args: KafkaClusterArgs = ARGS) -> Deployment:
    def program() -> None:
        kafka = KafkaCluster("kafka", replace(args, gateway_password=pulumi.Output.secret("Very-Secr3t!")))
        pulumi.export("ambariUrl", kafka.ambari_url)

    return deploy(program)


@pytest.fixture(scope="module")
def kafka() -> Deployment:
    return declare()


def test_cluster_is_hdinsight_5_1_with_kafka_3_2(kafka: Deployment) -> None:
    inputs = kafka["kafka-cluster"].inputs
    assert inputs["clusterName"] == "contoso-kafka"
    properties = inputs["properties"]
    assert properties["clusterVersion"] == "5.1"
    assert properties["osType"] == "Linux"
    assert properties["tier"] == "Standard"
    assert properties["minSupportedTlsVersion"] == "1.2"
    assert properties["clusterDefinition"]["kind"] == "Kafka"
    assert properties["clusterDefinition"]["componentVersion"] == {"Kafka": "3.2"}


def test_nodes_have_their_counts_sizes_disks_and_subnet(kafka: Deployment) -> None:
    roles = {
        role["name"]: role for role in kafka["kafka-cluster"].inputs["properties"]["computeProfile"]["roles"]
    }
    counts = {name: role["targetInstanceCount"] for name, role in roles.items()}
    assert counts == {"headnode": 2, "workernode": 4, "zookeepernode": 3}
    sizes = {name: role["hardwareProfile"]["vmSize"] for name, role in roles.items()}
    assert sizes == {
        "headnode": "Standard_E4_V3",
        "workernode": "Standard_E8_V3",
        "zookeepernode": "Standard_A4_V2",
    }
    assert roles["workernode"]["dataDisksGroups"] == [{"disksPerNode": 2}]
    assert "dataDisksGroups" not in roles["headnode"]
    for role in roles.values():
        assert role["virtualNetworkProfile"] == {"id": "network-id", "subnet": "subnet-id"}
        assert role["osProfile"]["linuxOperatingSystemProfile"] == {
            "username": "sshuser",
            "sshProfile": {"publicKeys": [{"certificateData": "ssh-rsa AAAA"}]},
        }


def test_storage_is_reached_by_identity_without_any_key(kafka: Deployment) -> None:
    account = kafka["kafka-storage"].inputs
    assert account["kind"] == "StorageV2"
    assert account["isHnsEnabled"] is True
    # HDInsight is not known to create clusters on accounts that refuse keys.
    assert "allowSharedKeyAccess" not in account
    assert account["allowBlobPublicAccess"] is False
    assert account["minimumTlsVersion"] == "TLS1_2"
    assert account["enableHttpsTrafficOnly"] is True
    cluster = kafka["kafka-cluster"].inputs
    assert cluster["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert cluster["properties"]["storageProfile"]["storageaccounts"] == [
        {
            "name": "contosokafka.dfs.core.windows.net",
            "isDefault": True,
            "fileSystem": "contoso-kafka",
            "resourceId": ACCOUNT,
            "msiResourceId": IDENTITY,
        }
    ]


def test_cluster_waits_until_its_identity_owns_the_storage(kafka: Deployment) -> None:
    role = kafka["kafka-uses-storage"].inputs
    assert role["scope"] == ACCOUNT
    assert role["principalId"] == "principal-of-contoso-kafka-identity"
    assert role["roleDefinitionId"].endswith(Role.STORAGE_BLOB_DATA_OWNER)
    assert "kafka-uses-storage" in kafka["kafka-cluster"].depends_on


def test_gateway_password_is_a_secret_and_nowhere_else(kafka: Deployment) -> None:
    cluster = kafka["kafka-cluster"]
    gateway = cluster.inputs["properties"]["clusterDefinition"]["configurations"]["gateway"]
    assert gateway == {
        "restAuthCredential.isEnabled": "true",
        "restAuthCredential.username": "admin",
        "restAuthCredential.password": "Very-Secr3t!",
    }
    assert len(cluster.secrets) == 1
    assert json.dumps(cluster.inputs).count("Very-Secr3t!") == 1
    others = [resource.inputs for resource in kafka.resources.values() if resource is not cluster]
    assert "Very-Secr3t!" not in json.dumps(others)


def test_changes_that_azure_cannot_make_in_place_replace_the_cluster(kafka: Deployment) -> None:
    options = kafka["kafka-cluster"].options
    assert set(options.replaceOnChanges) == {"properties", "identity"}
    assert options.deleteBeforeReplace


@pytest.mark.parametrize("protect", [True, False])
def test_what_holds_data_is_protected_unless_told_otherwise(protect: bool) -> None:
    deployment = declare(replace(ARGS, protect=protect))
    assert {name for name, resource in deployment.resources.items() if resource.options.protect} == (
        {"kafka-cluster", "kafka-storage"} if protect else set()
    )


def test_ambari_is_where_the_cluster_says(kafka: Deployment) -> None:
    assert kafka.outputs["ambariUrl"] == "https://contoso-kafka.azurehdinsight.net"
