"""Which Services are open to the outside: public load balancers, but no internal ones and no cluster IPs."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, cast

import pytest

from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.applying import apply
from emulator.kubernetes.server.objects import INTERNAL_BALANCER, SERVICE, Object, key_of
from emulator.kubernetes.services.balancer import Front, LoadBalancers
from emulator.kubernetes.services.frontends import FrontEnds
from emulator.kubernetes.services.service import ingress_address
from emulator.store import Store
from emulator.tests.kubernetes_world import service

PREFIX = IPv4Network("127.7.7.0/24")
BARE = service(port=8080)
PUBLIC = {**BARE, "spec": {**BARE["spec"], "loadBalancerSourceRanges": ["203.0.113.0/24"]}}
INTERNAL = {**PUBLIC, "metadata": {**PUBLIC["metadata"], "annotations": {INTERNAL_BALANCER: "true"}}}
INSIDE = {**BARE, "spec": {**BARE["spec"], "type": "ClusterIP"}}
POD: Object = {
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "default", "labels": {"app": "web"}},
    "spec": {"containers": [{"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}]},
    "status": {"podIP": "10.20.0.9", "conditions": [{"type": "Ready", "status": "True"}]},
}


class Listening:
    """Remembers at which addresses and ports it would listen."""

    def __init__(self) -> None:
        self.fronts: set[Front] = set()

    def route(self, backends: Mapping[Front, Any], sources: Mapping[Front, Any]) -> dict[Front, str]:
        self.fronts = set(backends)
        return {}


class Site:
    def __init__(self, folder: Path) -> None:
        self.objects = ObjectStore(Store(folder / "objects"))
        self.listening = Listening()
        self.fronts = FrontEnds(self.objects, cast(LoadBalancers, self.listening), PREFIX)

    def follow(self, config: Object) -> Object:
        """The Service once it has been applied and looked after."""
        apply(self.objects, config, "test", version="1.36")
        self.fronts.sync(self.objects.list([SERVICE.name]), [POD])
        found = self.objects.get(key_of(config))
        assert found is not None
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_public_load_balancer_has_an_address_where_it_listens(site: Site) -> None:
    address = ingress_address(site.follow(PUBLIC))
    assert address == "127.7.7.1"
    assert site.listening.fronts == {(address, 8080)}


def test_an_internal_load_balancer_has_an_address_that_answers_nobody_outside(site: Site) -> None:
    assert ingress_address(site.follow(INTERNAL)) is not None
    assert site.listening.fronts == set()
    assert site.fronts.state_of(key_of(INTERNAL)).reaches_pods


def test_a_cluster_ip_has_no_address_outside(site: Site) -> None:
    assert ingress_address(site.follow(INSIDE)) is None
    assert site.listening.fronts == set()


def test_a_service_loses_its_load_balancer_in_place_and_gets_it_back(site: Site) -> None:
    before = site.follow(PUBLIC)
    inside = site.follow(INSIDE)
    assert inside["metadata"]["uid"] == before["metadata"]["uid"]
    assert not {"loadBalancerSourceRanges", "externalTrafficPolicy"} & inside["spec"].keys()
    assert (ingress_address(inside), site.listening.fronts) == (None, set())
    assert ingress_address(site.follow(PUBLIC)) is not None
    assert site.listening.fronts == {("127.7.7.1", 8080)}
