"""What HDInsight changes of a cluster by calls other than PUT, and what it refuses."""

from typing import Any

import pytest

from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.hdinsight.request import ClusterRequest
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.azure.resource_manager.manager import ProvisioningFailed
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.tests.azure_clusters import PASSWORD, KafkaSite
from emulator.tests.azure_subscription import Made, Subscription, refused

WHERE = {"resource_group": "group", "name": "mykafka", "subscription": arm.SUBSCRIPTION}
ANOTHER = "An0ther-Passw0rd!"


@pytest.fixture
def cluster(kafka_site: KafkaSite) -> Made:
    return kafka_site.create()


@pytest.fixture
def operations(azure: Subscription) -> HdinsightOperations:
    return HdinsightOperations(azure.cloud)


def workers_in(described: dict[str, Any]) -> int:
    roles = described["properties"]["computeProfile"]["roles"]
    return next(role["targetInstanceCount"] for role in roles if role["name"] == "workernode")


def inputs_of(azure: Subscription, cluster: Made) -> ClusterRequest:
    record = azure.cloud.find(cluster.id)
    assert record is not None
    return ClusterRequest(record.inputs)


def test_a_cluster_is_shown_as_the_api_describes_it(operations: HdinsightOperations, cluster: Made) -> None:
    shown = operations.show(**WHERE)
    assert shown["id"] == cluster.id
    assert shown["properties"]["clusterVersion"] == "5.1.3000.0"
    assert PASSWORD not in str(shown)


def test_further_workers_get_addresses_of_the_subnet(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    operations.resize(**WHERE, workers=5)
    assert azure.runtimes.calls == [
        "create mykafka",
        "add_workers {'wn5': '10.10.0.12', 'wn6': '10.10.0.13'} mykafka",
    ]
    assert workers_in(operations.show(**WHERE)) == 5
    azure.restart()
    azure.cloud.revive()
    assert set(azure.runtimes.specifications[-1].addresses) >= {"wn0", "wn3", "wn4", "wn5", "wn6"}


def test_workers_that_do_not_come_up_leave_the_cluster_as_it_was(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    azure.runtimes.failure.append(RuntimeError("no broker"))
    with pytest.raises(ProvisioningFailed, match="no broker"):
        operations.resize(**WHERE, workers=4)
    assert workers_in(operations.show(**WHERE)) == 3
    operations.resize(**WHERE, workers=4)
    assert workers_in(operations.show(**WHERE)) == 4


def test_a_killed_resize_has_been_done_after_the_revival(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    class Killed(BaseException):
        pass

    azure.runtimes.failure.append(Killed())
    with pytest.raises(Killed):
        operations.resize(**WHERE, workers=4)
    azure.restart()
    azure.cloud.revive()
    assert azure.runtimes.calls[-1] == "revive mykafka"
    assert "wn5" in azure.runtimes.specifications[-1].addresses
    assert workers_in(HdinsightOperations(azure.cloud).show(**WHERE)) == 4


def test_workers_are_never_taken_away(operations: HdinsightOperations, cluster: Made) -> None:
    operations.resize(**WHERE, workers=4)
    with pytest.raises(Refused, match="from 4 to 3 worker nodes") as caught:
        operations.resize(**WHERE, workers=3)
    assert caught.value.code == "InvalidKafkaScaleDownRequestErrorCode"
    with pytest.raises(NotModelled, match="4 worker nodes that there are"):
        operations.resize(**WHERE, workers=4)


def test_workers_have_to_fit_into_the_subnet(azure: Subscription, operations: HdinsightOperations) -> None:
    small = KafkaSite(azure, "10.10.0.0/28")
    small.grant()
    small.create()
    with pytest.raises(Refused, match="SubnetIsFull"):
        operations.resize(**WHERE, workers=5)
    operations.resize(**WHERE, workers=4)


def test_the_gateways_password_is_ambaris(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    operations.update_gateway(**WHERE, user="admin", password=ANOTHER)
    assert azure.runtimes.calls[-1] == f"set_password {ANOTHER} mykafka"
    assert inputs_of(azure, cluster).password == ANOTHER
    assert ANOTHER not in str(operations.show(**WHERE))


def test_a_weak_password_is_refused_and_not_quoted(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    with pytest.raises(Refused, match="InvalidPassword") as caught:
        operations.update_gateway(**WHERE, user="admin", password="weakling")
    assert "weakling" not in str(caught.value)
    assert inputs_of(azure, cluster).password == PASSWORD
    with pytest.raises(NotModelled, match="somebody in place of admin"):
        operations.update_gateway(**WHERE, user="somebody", password=ANOTHER)


def test_tags_change_alone(azure: Subscription, operations: HdinsightOperations, cluster: Made) -> None:
    operations.patch(cluster.id, {"tags": {"team": "data"}})
    assert operations.show(**WHERE)["tags"] == {"team": "data"}
    assert azure.runtimes.calls == ["create mykafka"]
    with pytest.raises(NotModelled, match="PATCH of HDInsight's zones"):
        operations.patch(cluster.id, {"zones": []})


def test_a_put_of_what_was_changed_otherwise_is_refused(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    operations.resize(**WHERE, workers=4)
    with refused("ClusterCannotBeUpdated", "targetInstanceCount"):
        azure.update(cluster, tags={"team": "data"})


def test_what_is_not_there_can_not_be_changed(azure: Subscription, operations: HdinsightOperations) -> None:
    with pytest.raises(Refused, match="NotFound"):
        operations.resize(**WHERE, workers=4)
    with pytest.raises(Refused, match="SubscriptionNotFound"):
        operations.show("group", "mykafka", "another-subscription")


def test_a_cluster_that_failed_can_not_be_changed(
    azure: Subscription, operations: HdinsightOperations, kafka_site: KafkaSite
) -> None:
    azure.runtimes.failure.append(RuntimeError("no broker"))
    with pytest.raises(Exception, match="no broker"):
        kafka_site.create()
    with pytest.raises(Refused, match="is Failed"):
        operations.update_gateway(**WHERE, user="admin", password=ANOTHER)


def test_a_cluster_goes_on_while_its_identity_changes(
    azure: Subscription, operations: HdinsightOperations, cluster: Made
) -> None:
    before = operations.show(**WHERE)
    azure.cloud.propagation = Propagation(cluster_change=3600)
    operations.patch(cluster.id, {"identity": before["identity"]})
    properties = operations.show(**WHERE)["properties"]
    assert (properties["provisioningState"], properties["clusterState"]) == ("Succeeded", "Accepted")
    assert properties["connectivityEndpoints"] == before["properties"]["connectivityEndpoints"]
    azure.cloud.propagation = Propagation(cluster_change=0)
    assert operations.show(**WHERE)["properties"]["clusterState"] == "Running"


def test_the_gateways_settings_are_read_with_the_password(azure: Subscription, cluster: Made) -> None:
    asked = {"resourceGroupName": "group", "clusterName": "mykafka"}
    settings = azure.invoke("hdinsight:getClusterGatewaySettings", **asked)
    assert settings == {"isCredentialEnabled": "true", "userName": "admin", "password": PASSWORD}
    with refused("NotFound", "Cluster with id 'absent' not found"):
        azure.invoke("hdinsight:getClusterGatewaySettings", **{**asked, "clusterName": "absent"})
