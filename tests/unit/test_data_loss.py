"""Settings that would cost a Kafka cluster its data stop a preview, with what would be lost."""

import gc
import json
import runpy
from collections.abc import Mapping
from typing import Any

import pytest

from components.data_loss import adopting_own_resources, losses
from components.made_with import KAFKA
from components.settings import Settings, WrongSettings
from tests.unit.configurations import ALL_EXISTS, REQUIRED
from tests.unit.recording import Deployment, deploy
from tests.unit.test_main import CHECKOUT, SECRETS, configuration

KEY = "ssh-rsa AAAAanother"


def settings(**changes: Any) -> Settings:
    values = {name.removeprefix("aks-kafka:"): value for name, value in configuration("local").items()}
    encoded = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()
    }
    return Settings.parse(values | {"protect": "true"} | encoded, {"ambariPassword"}, stack="test")


@pytest.fixture(scope="module")
def made_with() -> Mapping[str, Any]:
    return {**KAFKA.settings_in(settings()), "kafkaWorkers": 4}


def test_what_stays_costs_nothing(made_with: Mapping[str, Any]) -> None:
    assert losses(made_with, settings(kafkaWorkers=4, tags={"a": "b"}, aksNodeCount=4)) == []
    assert losses(made_with, settings(kafkaWorkers=5)) == []


@pytest.mark.parametrize("setting", ["group", "kafka", "aks", "registry"])
def test_what_the_stack_made_is_not_adopted_by_it(setting: str) -> None:
    made = {
        "group": "azure-native:resources:ResourceGroup",
        "kafka": "azure-native:hdinsight:Cluster",
        "aks": "azure-native:containerservice:ManagedCluster",
        "registry": "azure-native:containerregistry:Registry",
    }
    adopting = Settings.parse(
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in ALL_EXISTS.items()},
        {"ambariPassword"},
        stack="test",
    )
    assert adopting_own_resources(set(), adopting) == []
    [mistake] = adopting_own_resources({made[setting]}, adopting)
    assert mistake.setting == f"{setting}.existing"
    assert "would now delete" in mistake.rule
    assert adopting_own_resources(set(made.values()), settings()) == []


def test_where_nothing_stands_nothing_is_lost() -> None:
    assert losses({}, settings(kafkaWorkerSize="Standard_E8_V3")) == []


@pytest.mark.parametrize(
    ("name", "before", "value"),
    [
        ("resourceGroup", "aks-kafka", "another"),
        ("location", "westeurope", "northeurope"),
        ("kafkaClusterName", "local-kafka", "other-kafka"),
        ("kafkaDisksPerWorker", 2, "4"),
        ("kafkaWorkerSize", "Standard_E4_V3", "Standard_E8_V3"),
        ("kafkaHeadSize", "Standard_E4_V3", "Standard_E8_V3"),
        ("kafkaZookeeperSize", "Standard_A4_V2", "Standard_A8_V2"),
        ("kafkaEncryptionInTransit", False, "true"),
        ("storageAccountName", "localkafka", "anotherkafka"),
        ("ambariUser", "admin", "operator"),
        ("sshUser", "sshuser", "somebody"),
        ("hdinsightSubnet", "10.10.0.0/24", "10.10.1.0/24"),
    ],
)
def test_each_that_replaces_the_cluster_is_named_with_what_would_be_lost(
    made_with: Mapping[str, Any], name: str, before: Any, value: str
) -> None:
    [mistake] = losses(made_with, settings(kafkaWorkers=4, **{name: value}))
    assert mistake.setting == name
    assert str(mistake.value).lower() == value.lower()
    assert f"was {before!r} when the Kafka cluster was made" in mistake.rule
    assert "messages" in mistake.rule
    assert "addresses" in mistake.rule
    assert mistake.right == f"{before}; or, where all that may be lost, pulumi config set protect false"
    unprotected = settings(kafkaWorkers=4, **{name: value}, protect="false")
    assert losses(made_with, unprotected) == []


def test_another_network_would_take_another_cluster(made_with: Mapping[str, Any]) -> None:
    theirs = {"existing": {"resourceGroup": "shop", "name": "brokers", "subnet": "kafka"}}
    values = {name: value for name, value in REQUIRED.items() if name != "ambariSourceRanges"}
    values["aksApiSourceRanges"] = ["203.0.113.7/32"]
    adopting = Settings.parse(
        {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in (values | {"hdinsightNetwork": theirs}).items()
        },
        {"ambariPassword"},
        stack="test",
    )
    made_so = KAFKA.settings_in(adopting)
    assert losses(made_so, adopting) == []
    [mistake] = losses(made_so | {"hdinsightNetwork": made_with["hdinsightNetwork"]}, adopting)
    assert mistake.value == "subnet kafka of brokers in resource group shop"
    assert mistake.rule.startswith("was 'one of its own' when the Kafka cluster was made")


def test_numbers_are_shown_as_they_were_set(made_with: Mapping[str, Any]) -> None:
    kept = {**made_with, "kafkaDisksPerWorker": 4.0}
    assert "was 4 when" in losses(kept, settings(kafkaWorkers=4))[0].rule


def test_a_key_is_not_quoted(made_with: Mapping[str, Any]) -> None:
    [mistake] = losses({**made_with, "sshPublicKey": KEY}, settings(kafkaWorkers=4))
    assert (mistake.setting, mistake.value) == ("sshPublicKey", None)
    assert KEY not in str(mistake)


@pytest.mark.parametrize("protect", ["true", "false"])
def test_brokers_are_never_taken_away(made_with: Mapping[str, Any], protect: str) -> None:
    [mistake] = losses(made_with, settings(kafkaWorkers=3, protect=protect))
    assert (mistake.setting, mistake.value) == ("kafkaWorkers", 3)
    assert "fewer than the 4 that there are" in mistake.rule


def test_a_new_cluster_may_have_fewer_brokers(made_with: Mapping[str, Any]) -> None:
    smaller = {"kafkaWorkers": 3, "kafkaWorkerSize": "Standard_E8_V3"}
    assert losses(made_with, settings(**smaller, protect="false")) == []
    found = losses(made_with, settings(**smaller, protect="true"))
    assert [mistake.setting for mistake in found] == ["kafkaWorkerSize", "kafkaWorkers"]


def state(made_with: Mapping[str, Any], *, cluster: bool = True) -> dict[str, Any]:
    """A stack's resources as the engine answers with them."""
    urn = "urn:pulumi:test::aks-kafka::"
    resources = {f"{urn}aks-kafka:index:KafkaCluster::kafka": {"outputs": {"madeWith": dict(made_with)}}}
    if cluster:
        type_ = "aks-kafka:index:KafkaCluster$azure-native:hdinsight:Cluster"
        resources[f"{urn}{type_}::kafka-cluster"] = {"outputs": {}}
    return {"name": "test", "outputs": resources}


def run(config: Mapping[str, str], before: dict[str, Any]) -> Deployment:
    asked: list[Mapping[str, Any]] = []

    def read(arguments: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(arguments)
        return before

    try:
        deployment = deploy(
            lambda: runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__"),
            config=config,
            secrets=SECRETS,
            answers={"pulumi:pulumi:readStackResourceOutputs": read},
        )
    finally:
        gc.enable()
    assert {tuple(call["stackName"].split("/")[1:]) for call in asked} == {("aks-kafka", "test")}
    return deployment


def test_the_program_stops_before_it_declares_anything(
    monkeypatch: pytest.MonkeyPatch, made_with: Mapping[str, Any]
) -> None:
    monkeypatch.chdir(CHECKOUT)
    config = {**configuration("local"), "aks-kafka:protect": "true", "aks-kafka:kafkaWorkers": "4"}
    moved = {**config, "aks-kafka:location": "northeurope"}
    with pytest.raises(WrongSettings, match="location = 'northeurope'"):
        run(moved, state(made_with))
    # A cluster that went away, or was never made, has nothing to lose.
    assert run(moved, state(made_with, cluster=False)).resources
    assert run(config, state(made_with)).resources
