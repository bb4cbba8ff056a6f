"""HDInsight as Azure takes it: 5.1 with Kafka 3.2, in our subnet, its storage reached without keys."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pulumi
import pytest

from components.kafka import KafkaCluster, KafkaClusterArgs
from components.roles import Role
from tests.unit.recording import GROUP, Deployment, Registered, deploy

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
    encrypt_between_nodes=False,
    storage_account_name="contosokafka",
    storage_suffix="dfs.core.windows.net",
    gateway_user="admin",
    gateway_password=pulumi.Output.secret("Very-Secr3t!"),
    ssh_user="sshuser",
    ssh_public_key="ssh-rsa AAAA",
    protect=True,
    storage_role_seconds=600,
    never_replace=False,
    made_with={"kafkaWorkerSize": "Standard_E8_V3"},
    tags={"team": "kafka"},
)
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/contoso-kafka-identity"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/contosokafka"


def declare(args: KafkaClusterArgs = ARGS) -> Deployment:
    def program() -> None:
        kafka = KafkaCluster("kafka", replace(args, gateway_password=pulumi.Output.secret("Very-Secr3t!")))
        pulumi.export("ambariUrl", kafka.ambari_url)

    return deploy(program)


def test_a_program_can_have_several_clusters() -> None:
    def program() -> None:
        for name in ("kafka", "second"):
            password = pulumi.Output.secret("Very-Secr3t!")
            KafkaCluster(name, replace(ARGS, name=f"contoso-{name}", gateway_password=password))

    both = deploy(program)
    assert both["second-cluster"].inputs["clusterName"] == "contoso-second"


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


@pytest.mark.parametrize("encrypt", [True, False])
def test_nodes_encrypt_what_they_send_each_other_when_asked_to(encrypt: bool) -> None:
    properties = declare(replace(ARGS, encrypt_between_nodes=encrypt))["kafka-cluster"].inputs["properties"]
    expected = {"isEncryptionInTransitEnabled": True} if encrypt else None
    assert properties.get("encryptionInTransitProperties") == expected


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


def test_gateway_password_is_a_secret_in_both_that_set_it(kafka: Deployment) -> None:
    cluster = kafka["kafka-cluster"]
    gateway = cluster.inputs["properties"]["clusterDefinition"]["configurations"]["gateway"]
    assert gateway == {
        "restAuthCredential.isEnabled": "true",
        "restAuthCredential.username": "admin",
        "restAuthCredential.password": "Very-Secr3t!",
    }
    assert len(cluster.secrets) == 1
    assert json.dumps(cluster.inputs).count("Very-Secr3t!") == 1
    another = kafka["kafka-gateway-password"]
    assert (another.inputs["stdin"], another.secrets) == ("Very-Secr3t!", {"stdin"})
    both = (cluster, another)
    others = [resource.inputs for resource in kafka.resources.values() if resource not in both]
    assert "Very-Secr3t!" not in json.dumps([*others, {**another.inputs, "stdin": ""}])


@pytest.mark.parametrize("name", ["kafka-workers", "kafka-gateway-password", "kafka-tags"])
def test_what_has_a_call_of_its_own_is_ignored_by_the_cluster_and_not_called_at_its_creation(
    kafka: Deployment, name: str
) -> None:
    command = kafka[name]
    assert "create" not in command.inputs
    assert command.inputs["update"]
    [reason] = command.options.replace_with
    assert reason.endswith("::kafka-cluster")
    assert set(kafka["kafka-cluster"].options.ignoreChanges) == {
        "identity",
        "tags",
        "properties.computeProfile.roles[1].targetInstanceCount",
        'properties.clusterDefinition.configurations.gateway["restAuthCredential.password"]',
    }


def test_the_paths_that_the_cluster_ignores_exist(kafka: Deployment) -> None:
    properties = kafka["kafka-cluster"].inputs["properties"]
    assert properties["computeProfile"]["roles"][1]["name"] == "workernode"
    assert "restAuthCredential.password" in properties["clusterDefinition"]["configurations"]["gateway"]


def test_calls_name_the_cluster_in_its_own_subscription(kafka: Deployment) -> None:
    environment = kafka["kafka-workers"].inputs["environment"]
    assert environment == {
        "SUBSCRIPTION": "00000000-0000-0000-0000-000000000000",
        "GROUP": "test",
        "CLUSTER": "contoso-kafka",
        "WORKERS": "4",
    }
    assert json.loads(kafka["kafka-tags"].inputs["environment"]["BODY"]) == {"tags": {"team": "kafka"}}


AZ = """#!/bin/sh
echo "$@" >> "$CALLS"
case $* in *show*) head -n 1 "$STATES"; sed -i '1{$!d}' "$STATES" ;; esac
case $* in *credentials*) cat >> "$CALLS" ;; esac
"""


def run_update(command: Registered, folder: Path, *states: str) -> tuple[list[str], str]:
    """What the update asks `az` for and says on stderr, where the cluster is in these states in turn."""
    for name, script in (("az", AZ), ("sleep", '#!/bin/sh\necho "sleep $*" >> "$CALLS"\n')):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    (folder / "states").write_text("\n".join(states))
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "STATES": str(folder / "states"),
        **command.inputs["environment"],
    }
    ended = subprocess.run(
        ["/bin/sh", "-c", command.inputs["update"]],
        env=environment,
        input=command.inputs.get("stdin", ""),
        text=True,
        capture_output=True,
    )
    assert (ended.returncode == 0) == (ended.stderr == "")
    return (folder / "calls").read_text().splitlines(), ended.stderr


def test_workers_are_asked_for_unless_a_killed_run_did(kafka: Deployment, tmp_path: Path) -> None:
    [show] = run_update(kafka["kafka-workers"], tmp_path, "Succeeded Running 4")[0]
    assert show.startswith("hdinsight show --name contoso-kafka --resource-group test --subscription 0000")
    (tmp_path / "calls").unlink()
    [show, resize] = run_update(kafka["kafka-workers"], tmp_path, "Succeeded Running 3")[0]
    assert "hdinsight resize" in resize
    assert "--workernode-count 4" in resize


@pytest.mark.parametrize(
    "under_way", ["InProgress Running 3", "Succeeded Accepted 3", "Succeeded HdInsightConfiguration 3"]
)
def test_a_change_of_the_cluster_is_waited_for(kafka: Deployment, tmp_path: Path, under_way: str) -> None:
    calls, said = run_update(kafka["kafka-workers"], tmp_path, under_way, under_way, "Succeeded Running 4")
    assert [call.split()[1] for call in calls] == ["show", "30", "show", "30", "show"]
    assert said == ""


def test_after_a_resize_that_failed_workers_are_asked_for_again(kafka: Deployment, tmp_path: Path) -> None:
    calls, _ = run_update(kafka["kafka-workers"], tmp_path, "Failed Running 3")
    assert "hdinsight resize" in calls[-1]


@pytest.mark.parametrize(
    ("state", "looks"),
    [
        ("Failed Error 3", 1),
        ("Deleting Running 3", 1),
        pytest.param("InProgress Accepted 3", 100, marks=pytest.mark.thorough),
    ],
)
def test_a_cluster_that_takes_no_workers_is_an_error(
    kafka: Deployment, tmp_path: Path, state: str, looks: int
) -> None:
    calls, said = run_update(kafka["kafka-workers"], tmp_path, state)
    assert len([call for call in calls if "hdinsight show" in call]) == looks
    assert not [call for call in calls if "resize" in call]
    assert f"contoso-kafka can't be resized: provisioningState, clusterState and workers are {state}" in said


def test_the_password_goes_through_a_pipe(kafka: Deployment, tmp_path: Path) -> None:
    [call, piped], _ = run_update(kafka["kafka-gateway-password"], tmp_path)
    assert call.startswith("hdinsight credentials update")
    assert "--http-user admin --http-password=@- --yes" in call
    assert piped == "Very-Secr3t!"


def test_a_call_that_fails_shows_no_password(kafka: Deployment, tmp_path: Path) -> None:
    (tmp_path / "az").write_text('#!/bin/sh\necho "$@"; env; echo >&2 "no connection"; exit 1\n')
    (tmp_path / "az").chmod(0o755)
    command = kafka["kafka-gateway-password"].inputs
    ended = subprocess.run(
        ["/bin/sh", "-c", command["update"]],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **command["environment"]},
        input=command["stdin"],
        text=True,
        capture_output=True,
    )
    assert ended.returncode != 0, "the engine must know that the password is not in force"
    assert "credentials update" in ended.stdout
    assert "no connection" in ended.stderr
    assert "Very-Secr3t!" not in ended.stdout + ended.stderr


def test_changes_that_azure_cannot_make_in_place_replace_the_cluster(kafka: Deployment) -> None:
    options = kafka["kafka-cluster"].options
    assert list(options.replaceOnChanges) == ["properties"]
    assert options.deleteBeforeReplace


def test_nothing_replaces_a_cluster_that_stays() -> None:
    options = declare(replace(ARGS, never_replace=True))["kafka-cluster"].options
    assert set(options.replaceOnChanges) <= set(options.ignoreChanges)
    assert set(options.ignoreChanges) == {"identity", "properties", "tags"}


@pytest.mark.parametrize("protect", [True, False])
def test_what_holds_data_is_protected_unless_told_otherwise(protect: bool) -> None:
    deployment = declare(replace(ARGS, protect=protect))
    assert {name for name, resource in deployment.resources.items() if resource.options.protect} == (
        {"kafka-cluster", "kafka-storage"} if protect else set()
    )


def test_ambari_is_where_the_cluster_says(kafka: Deployment) -> None:
    assert kafka.outputs["ambariUrl"] == "https://contoso-kafka.azurehdinsight.net"
