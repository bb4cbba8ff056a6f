"""Changes of an HDInsight cluster: in place, refused, or by a replacement."""

import pytest

from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import KafkaSite
from emulator.tests.azure_subscription import Subscription, refused
from emulator.tests.hdinsight_requests import Change, set_password

_IMMUTABLE: list[tuple[str, Change]] = [
    ("properties.clusterVersion", lambda p: p.update(clusterVersion="5.1.3000.0")),
    (
        "properties.computeProfile.roles[1].targetInstanceCount",
        lambda p: p["computeProfile"]["roles"][1].update(targetInstanceCount=4),
    ),
    (
        "restAuthCredential.password",
        lambda p: p["clusterDefinition"]["configurations"]["gateway"].update(
            {"restAuthCredential.password": "An0ther-One"}
        ),
    ),
    (
        "properties.computeProfile.roles[0].hardwareProfile.vmSize",
        lambda p: p["computeProfile"]["roles"][0]["hardwareProfile"].update(vmSize="Standard_D8_v3"),
    ),
]


@pytest.mark.parametrize(("path", "change"), _IMMUTABLE)
def test_hardly_anything_changes_in_place(
    azure: Subscription, kafka_site: KafkaSite, path: str, change: Change
) -> None:
    cluster = kafka_site.create()
    properties = kafka_site.request()["properties"]
    change(properties)
    planned = azure.diff(cluster, properties=properties)
    assert planned.changed
    assert planned.replace == []
    with refused("ClusterCannotBeUpdated", path):
        azure.update(cluster, properties=properties)
    assert azure.runtimes.calls == ["create mykafka"]


def test_a_refusal_to_change_quotes_no_password(azure: Subscription, kafka_site: KafkaSite) -> None:
    cluster = kafka_site.create()
    request = kafka_site.request()
    set_password(request, "An0ther-Secret")
    with pytest.raises(ProviderError) as caught:
        azure.update(cluster, properties=request["properties"])
    assert "An0ther-Secret" not in str(caught.value)


def test_the_region_is_refused_too(azure: Subscription, kafka_site: KafkaSite) -> None:
    cluster = kafka_site.create()
    assert azure.diff(cluster, location="northeurope").replace == []
    with refused("InvalidResourceLocation", "'westeurope'", "'northeurope'"):
        azure.update(cluster, location="northeurope")


def test_tags_change_in_place(azure: Subscription, kafka_site: KafkaSite) -> None:
    cluster = kafka_site.create()
    azure.update(cluster, tags={"team": "data"})
    assert cluster.outputs["tags"] == {"team": "data"}
    assert azure.runtimes.calls == ["create mykafka"]


def test_another_name_replaces(azure: Subscription, kafka_site: KafkaSite) -> None:
    planned = azure.diff(kafka_site.create(), clusterName="other")
    assert planned.replace == ["clusterName"]
    assert planned.delete_before_replace


def test_a_cluster_ends_with_its_record(azure: Subscription, kafka_site: KafkaSite) -> None:
    cluster = kafka_site.create()
    azure.delete(cluster)
    assert azure.runtimes.calls == ["create mykafka", "delete mykafka"]
    assert not azure.exists(cluster.id)
    assert azure.cloud.hdinsight == {}
