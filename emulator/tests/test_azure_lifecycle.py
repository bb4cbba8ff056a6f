"""Killed, failed, repeated: what was begun is taken up, and comes back after a restart."""

import socket
import threading

import pytest

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.record import Record
from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import Made, Subscription, refused


def _record(azure: Subscription, resource_id: str) -> Record:
    record = azure.cloud.find(resource_id)
    assert record is not None
    return record


class Killed(BaseException):
    """Stands for SIGKILL: nothing gets to run after it."""


# Creations that nobody heard of


def test_an_engine_that_was_killed_creates_again(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    again = azure.network("net", "10.0.0.0/16")
    assert again.id == net.id
    assert again.outputs["resourceGuid"] == net.outputs["resourceGuid"]
    assert list(azure.world.networks) == [net.id]


@pytest.mark.parametrize("heard", ["diff", "refresh"])
def test_an_engine_that_knows_a_resource_does_not_create_it_again(azure: Subscription, heard: str) -> None:
    net = azure.network("net", "10.0.0.0/16")
    getattr(azure, heard)(net)
    with pytest.raises(ProviderError, match="already existing"):
        azure.network("net", "10.0.0.0/16")


def test_a_cluster_that_was_made_meanwhile_is_taken_over(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    site.create()
    site.create()
    assert azure.runtimes.calls == ["create mykafka"]


def test_a_second_creation_waits_for_the_first(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    entered, leave = threading.Event(), threading.Event()
    made: list[Made] = []

    def slowly() -> None:
        entered.set()
        assert leave.wait(30)

    azure.runtimes.on_create = slowly
    engines = [threading.Thread(target=lambda: made.append(site.create())) for _ in range(2)]
    engines[0].start()
    assert entered.wait(30)
    assert (
        _record(azure, arm.resource_id("group", "Microsoft.HDInsight/clusters", "mykafka")).state
        == "Creating"
    )
    engines[1].start()
    leave.set()
    for engine in engines:
        engine.join(30)
    assert [cluster.outputs for cluster in made] == [made[0].outputs] * 2
    assert azure.runtimes.calls == ["create mykafka"]


# Creations that failed


def test_a_creation_that_failed_leaves_a_resource_that_an_update_repairs(azure: Subscription) -> None:
    site = AksSite(azure)
    site.grant()
    failed = _failed(azure, site)
    azure.update(failed, **site.request())
    assert _record(azure, failed.id).state == "Succeeded"
    assert azure.runtimes.calls == ["create aks", "delete aks", "create aks"]
    assert azure.refresh(failed) == []


def test_hdinsight_repairs_nothing_and_is_to_be_deleted(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    failed = _failed(azure, site)
    with refused("ClusterInErrorState", "'mykafka'"):
        azure.update(failed, **site.request())
    azure.delete(failed)
    site.create()
    assert azure.runtimes.calls == ["create mykafka", "delete mykafka", "create mykafka"]


def _failed(azure: Subscription, site: KafkaSite | AksSite) -> Made:
    """What a creation leaves for which the world has no room."""
    azure.runtimes.failure.append(OSError("no room"))
    with pytest.raises(ProviderError, match="no room") as caught:
        site.create()
    assert caught.value.partial is not None
    resource_id, state = caught.value.partial
    record = _record(azure, resource_id)
    assert record.state == "Failed"
    return Made(record.token, record.urn, resource_id, {}, state)


def test_a_refused_creation_leaves_nothing(azure: Subscription) -> None:
    before = [record.id for record in azure.cloud.everything()]
    with refused("VnetAddressSpaceEmpty"):
        azure.network("net")
    assert [record.id for record in azure.cloud.everything()] == before


# Restarts


def test_a_restart_brings_everything_back(azure: Subscription) -> None:
    kafka, aks = KafkaSite(azure), AksSite(azure)
    for site in (kafka, aks):
        site.grant()
        site.create()
    azure.peering(kafka.network, aks.network)
    azure.peering(aks.network, kafka.network)
    before, peers = azure.runtimes.specifications[0], azure.world.peers
    azure.runtimes.calls.clear()
    azure.restart()
    azure.cloud.revive()
    assert azure.world.networks == {kafka.network.id: ["10.10.0.0/16"], aks.network.id: ["10.20.0.0/16"]}
    assert azure.world.peers == peers
    assert azure.runtimes.calls == ["revive mykafka", "revive aks"]
    assert before in azure.runtimes.specifications[2:]
    assert set(azure.cloud.hdinsight) | set(azure.cloud.kubernetes) == {
        arm.key(record.id) for record in azure.cloud.everything() if "subnet" in record.facts
    }


def test_a_port_that_was_taken_meanwhile_is_named(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    port = site.create().outputs["properties"]["connectivityEndpoints"][1]["port"]
    azure.restart()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match=f"port {port} of mykafka's"):
        azure.cloud.revive()
    azure.cloud.revive()
    assert azure.runtimes.calls[-1] == "revive mykafka"


def test_networks_are_back_before_routes_and_clusters(azure: Subscription) -> None:
    kafka, aks = KafkaSite(azure), AksSite(azure)
    azure.peering(aks.network, kafka.network)
    azure.peering(kafka.network, aks.network)
    azure.restart()
    order: list[str] = []
    add, peer = azure.world.add_network, azure.world.set_peers
    azure.world.add_network = lambda name, prefixes: (order.append("network"), add(name, prefixes))[1]
    azure.world.set_peers = lambda name, peers: (order.append("route"), peer(name, peers))[1]
    azure.cloud.revive()
    assert order == ["network", "network", "route", "route"]


def test_a_creation_cut_short_is_repeated_after_the_restart(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    azure.runtimes.on_create = _kill
    with pytest.raises(Killed):
        site.create()
    azure.runtimes.on_create = None
    azure.runtimes.calls.clear()
    azure.restart()
    azure.cloud.revive()
    assert azure.runtimes.calls == []
    cut_short = arm.resource_id("group", "Microsoft.HDInsight/clusters", "mykafka")
    assert _record(azure, cut_short).state == "Failed"
    cluster = site.create()
    assert azure.runtimes.calls == ["delete mykafka", "create mykafka"]
    assert cluster.outputs["properties"]["provisioningState"] == "Succeeded"


def test_a_deletion_cut_short_is_finished_after_the_restart(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    cluster = site.create()
    azure.runtimes.on_delete = _kill
    with pytest.raises(Killed):
        azure.delete(cluster)
    azure.runtimes.on_delete = None
    azure.restart()
    azure.cloud.revive()
    assert azure.exists(cluster.id)
    azure.delete(cluster)
    assert not azure.exists(cluster.id)


def test_an_update_cut_short_keeps_the_cluster(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    cluster = site.create()
    record = _record(azure, cluster.id)
    record.state = "Updating"
    azure.cloud.save(record)
    azure.restart()
    azure.cloud.revive()
    assert _record(azure, cluster.id).state == "Succeeded"
    assert azure.runtimes.calls == ["create mykafka", "revive mykafka"]


def test_ids_are_found_in_any_case(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    assert azure.exists(net.id.upper())
    azure.cloud.delete(net.id.upper())
    assert azure.world.networks == {}


def test_two_clusters_have_two_ports(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    site.create()
    site.create({**site.request(), "clusterName": "second"})
    one, two = (specification.ambari_address[1] for specification in azure.runtimes.specifications)
    assert one != two
    assert max(one, two) < 32768


def _kill() -> None:
    raise Killed
