"""What the resource's state holds of Kafka's own view, and of where that is."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.ambari import resource
from components.ambari.change import Change
from components.ambari.resource import IpAdvertisingProvider
from components.ambari.survey import Survey
from tests.simulated.ambari.bench import QUICK
from tests.simulated.ambari.kafka import LOG, PODS, Place, kafka_bench
from tests.unit.ambari.test_resource import INPUTS
from tests.unit.api_server import kubeconfig

TOPICS = {"orders": [[0, 1], [1, 2]], "alone": [[1]]}


@pytest.fixture
def place() -> Iterator[Place]:
    """A cluster whose brokers advertise their addresses already."""
    with kafka_bench(topics=TOPICS) as place:
        place.cluster.run(QUICK).change.advertise()
        yield place


@pytest.fixture
def provider() -> IpAdvertisingProvider:
    provider = IpAdvertisingProvider()
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    return provider


def view(place: Place) -> dict[str, str]:
    config = kubeconfig(place.api.url, token="secret-token")
    return {"kubeconfig": config, "viewNamespace": "app", "viewName": "kafka-view"}


def inputs(place: Place, provider: IpAdvertisingProvider, **changes: object) -> dict[str, Any]:
    news = {**INPUTS, "ambariUrl": place.cluster.simulation.url, **view(place), **changes}
    return provider.check({}, news).inputs


def created(place: Place, provider: IpAdvertisingProvider) -> dict[str, Any]:
    return provider.create(inputs(place, provider)).outs or {}


def test_while_nothing_is_due_nothing_is_foretold(place: Place, provider: IpAdvertisingProvider):
    outs = created(place, provider)
    foretold = ("plan", "order", "unavailable", "underReplicated", "advertised", "advertisedWanted")
    assert {name: outs[name] for name in foretold if outs[name]} == {}
    read = provider.read("id", outs)
    assert read.outs == outs
    assert not provider.diff("id", outs, inputs(place, provider)).changes


def test_a_read_foretells_what_a_restart_that_is_due_would_mean(
    place: Place, provider: IpAdvertisingProvider
):
    outs = created(place, provider)
    place.kafka.controller = 0
    place.kafka.behind = {2}
    place.cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
    read = provider.read("id", outs)
    seen = read.outs or {}
    assert [host.partition("-")[0] for host in seen["plan"]] == ["wn2", "wn1", "wn0"]
    assert seen["order"] == ["1003 (10.0.0.13)", "1002 (10.0.0.12)", "1001 (10.0.0.11, controller)"]
    assert seen["unavailable"] == [
        "alone, partition 0: neither read nor written while the broker restarts that has the only replica"
    ]
    assert seen["underReplicated"] == ["orders, partition 1: not in sync on 1003"]
    news = provider.check(read.inputs or {}, inputs(place, provider)).inputs
    assert news["effect"].endswith(", wn0-mykafk (controller last); clients notice it on alone")
    assert news["unavailable"] == news["underReplicated"] == news["order"] == []


def test_what_a_broker_advertises_otherwise_is_drift_with_both_values(
    place: Place, provider: IpAdvertisingProvider
):
    outs = created(place, provider)
    place.kafka.advertising = {1: "wn1-mykafk.internal"}
    read = provider.read("id", outs)
    seen = read.outs or {}
    assert seen["advertised"] == {"wn1-mykafk PLAINTEXT": "wn1-mykafk.internal:9092"}
    assert [host.partition("-")[0] for host in seen["plan"]] == ["wn1"]
    news = provider.check(read.inputs or {}, inputs(place, provider)).inputs
    assert news["advertised"] == {"wn1-mykafk PLAINTEXT": "10.0.0.12:9092"}
    assert provider.diff("id", seen, news).changes


@pytest.mark.parametrize("answer", [401, 403, 404, ""])
def test_credentials_of_yesterday_leave_kafka_unknown_and_make_no_difference(
    answer: object, place: Place, provider: IpAdvertisingProvider
):
    outs = created(place, provider)
    place.kafka.advertising = {1: "wn1-mykafk.internal"}
    place.api.answers[LOG] = answer
    if isinstance(answer, int):
        place.api.answers[PODS] = answer
    read = provider.read("id", outs)
    assert read.outs == outs
    assert not provider.diff("id", read.outs or {}, inputs(place, provider)).changes


def test_a_deletion_waits_for_the_view_no_longer_than_a_minute(
    place: Place, provider: IpAdvertisingProvider, monkeypatch: pytest.MonkeyPatch
):
    outs = created(place, provider)
    waits: dict[str, float] = {}

    class Waiting(Change):
        def take_back(self, listeners_before: str) -> Survey:
            waits["delete"] = self._options.pace.view
            return self.survey()

        def advertise(self) -> Survey:
            waits["update"] = self._options.pace.view
            return self.survey()

    monkeypatch.setattr(resource, "Change", Waiting)
    provider.update("id", outs, inputs(place, provider))
    provider.delete("id", outs)
    assert waits == {"update": 900, "delete": 60}


def test_what_it_signs_in_with_stands_under_its_own_name_alone(
    place: Place, provider: IpAdvertisingProvider, capsys: pytest.CaptureFixture[str]
):
    """By which the engine keeps it encrypted."""
    outs = created(place, provider)
    read = provider.read("id", outs)
    for properties in (outs, read.outs or {}, read.inputs or {}):
        assert "secret-token" in properties["kubeconfig"]
        others = {name: value for name, value in properties.items() if name != "kubeconfig"}
        assert "secret-token" not in str(others)
    printed = capsys.readouterr()
    assert "secret-token" not in printed.out + printed.err
