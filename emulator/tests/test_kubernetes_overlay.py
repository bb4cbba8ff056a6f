"""Pods whose addresses the virtual network knows nothing of (Azure CNI Overlay), on a cluster that runs."""

import ipaddress
import urllib.request

import pytest

from emulator.network.specification import NodeSpec
from emulator.tests.kubernetes_world import deployment, service, site
from emulator.tests.listeners import LISTENER, UNREACHED, greeted, start

PARTS = {"aks-nodepool1-000000": "10.40.0.0/24", "aks-nodepool1-000001": "10.40.1.0/24"}
MACHINES = {"aks-nodepool1-000000": "10.20.0.4", "aks-nodepool1-000001": "10.20.0.5"}
BROKER = "10.20.0.6"


@pytest.fixture
def cluster(tmp_path):
    """Two pods, spread over both nodes, and a broker beside the nodes."""
    with site(tmp_path, pod_cidr="10.40.0.0/16") as one:
        one.wait_available(one.create(deployment()), 2)
        one.world.add_node(NodeSpec("broker", "aks", BROKER, prefix_length=24, hostname="broker"))
        start(one.world, "broker", LISTENER, tmp_path / "broker.log")
        yield one


def addresses_by_node(cluster):
    return {pod["spec"]["nodeName"]: pod["status"]["podIP"] for pod in cluster.pods()}


def world_node(pod):
    return f"aks-test/default/{pod['metadata']['name']}"


def test_every_node_has_a_part_of_the_range_for_its_pods(cluster):
    addresses = addresses_by_node(cluster)
    assert addresses.keys() == PARTS.keys()
    for machine, address in addresses.items():
        assert ipaddress.ip_address(address) in ipaddress.ip_network(PARTS[machine])
    assert {pod["status"]["hostIP"] for pod in cluster.pods()} == set(MACHINES.values())


def caller_of(cluster, source, address):
    """As whom the pod with this address sees a caller from `source`."""
    with cluster.world.connect(source, address, 8080, 5) as connection:
        connection.sendall(b"GET /caller HTTP/1.0\r\n\r\n")
        with connection.makefile() as answer:
            return answer.read().rpartition("\n")[2]


def test_pods_reach_each_other_as_themselves_and_others_as_their_node(cluster):
    one, other = cluster.pods()
    address = other["status"]["podIP"]
    assert caller_of(cluster, world_node(one), address) == one["status"]["podIP"]
    for machine, own in MACHINES.items():
        assert caller_of(cluster, f"aks-test/{machine}", address) == own
    for pod in (one, other):
        machine = MACHINES[pod["spec"]["nodeName"]]
        assert greeted(cluster.world, world_node(pod), BROKER) == f"broker to {machine}"
    with pytest.raises(TimeoutError):
        cluster.world.connect("broker", address, 8080, UNREACHED)


def test_a_service_reaches_the_pods_of_all_nodes(cluster):
    cluster.create(service())
    url = f"http://{cluster.address(service())}:8080/"
    names = {pod["metadata"]["name"] for pod in cluster.pods()}
    answers = set()
    for _ in range(40):
        with urllib.request.urlopen(url, timeout=20) as response:
            answers.add(response.read().decode())
    assert answers == names


def test_it_comes_back_and_goes_without_a_trace(cluster):
    cluster.cluster.close()
    cluster.cluster.revive()
    assert cluster.cluster.wait_until_available(30)
    assert addresses_by_node(cluster).keys() == PARTS.keys()
    (pod, _) = cluster.pods()
    assert greeted(cluster.world, world_node(pod), BROKER).startswith("broker to 10.20.0.")
    cluster.cluster.delete()
    assert cluster.world.nodes() == ["broker"]
