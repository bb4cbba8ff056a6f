"""Nothing but a setting that changed since a cluster was made replaces it, whatever Azure says of it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from components.made_with import AKS, KAFKA, RECORD, Kind
from components.settings import Settings
from components.settings.validation.about import FIXED, Change, about
from tests.unit.test_main import CHECKOUT, configuration, run

KINDS = {"kafka-cluster": KAFKA, "aks-cluster": AKS}
CHANGED = {KAFKA: ("kafkaWorkerSize", "Standard_E8_V3"), AKS: ("aksNodeSize", "Standard_D8s_v5")}
"""Of each kind a setting that only another cluster can have, and another value for it."""
LEFT_ALONE = {KAFKA: {"identity", "properties"}, AKS: {"networkProfile", "agentPoolProfiles[0].vmSize"}}


def settings(**changes: Any) -> Settings:
    values = {name.removeprefix("aks-kafka:"): value for name, value in configuration("local").items()}
    told = {name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()}
    return Settings.parse(values | told, {"ambariPassword"}, stack="test")


def state(kind: Kind, made_with: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """A stack's outputs by type: the cluster's, and what its component recorded."""
    return {kind.type: {}, kind.component: {} if made_with is None else {RECORD: dict(made_with)}}


@pytest.mark.parametrize("kind", [KAFKA, AKS])
def test_a_cluster_stays_until_a_setting_of_it_changes(kind: Kind) -> None:
    name, value = CHANGED[kind]
    made_with = kind.settings_in(settings())
    assert kind.stays(state(kind, made_with), settings(aksNodeCount=4, tags={"team": "data"}))
    assert not kind.stays(state(kind, made_with), settings(**{name: value}))
    assert not kind.stays({kind.component: {RECORD: made_with}}, settings()), "there is no cluster"


def network(name: str) -> dict[str, Any]:
    return {"existing": {"resourceGroup": "networks", "name": name, "subnet": "nodes"}}


KEY = str(settings().ssh_public_key)


@pytest.mark.parametrize(
    ("kind", "before", "now"),
    [
        (KAFKA, {"kafkaWorkerSize": "Standard_E4_V3"}, {"kafkaWorkerSize": "Standard_E4_v3"}),
        (AKS, {"aksNodeSize": "Standard_D4s_v5"}, {"aksNodeSize": "Standard_D4s_V5"}),
        (AKS, {"aksZones": ["1", "2"]}, {"aksZones": ["2", "1"]}),
        (AKS, {"aksNetwork": network("Hub")}, {"aksNetwork": network("hub")}),
        (KAFKA, {}, {"sshPublicKey": " ".join(KEY.split()[:2])}),
        (KAFKA, {"sshPublicKey": KEY}, {"sshPublicKey": f"{KEY} of the operators"}),
    ],
)
def test_what_is_only_written_otherwise_is_no_change(
    kind: Kind, before: dict[str, Any], now: dict[str, Any]
) -> None:
    made_with = kind.settings_in(settings(**before))
    assert made_with != kind.settings_in(settings(**now))
    assert kind.stays(state(kind, made_with), settings(**now))


@pytest.mark.parametrize(("kind", "name"), [(AKS, "aksClusterName"), (KAFKA, "resourceGroup")])
def test_a_name_in_another_case_is_a_change_since_the_engine_replaces_by_it(kind: Kind, name: str) -> None:
    made_with = kind.settings_in(settings())
    assert not kind.stays(state(kind, made_with), settings(**{name: str(made_with[name]).upper()}))


@pytest.mark.parametrize("kind", [KAFKA, AKS])
def test_a_cluster_of_which_nothing_is_recorded_stays_and_a_warning_says_so(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("components.made_with.pulumi.log.warn", told.append)
    name, value = CHANGED[kind]
    assert kind.stays(state(kind, None), settings(**{name: value}))
    [warning] = told
    assert f"its {kind.name} cluster" in warning
    assert name in warning
    assert kind.stays(state(kind, kind.settings_in(settings())), settings())
    assert len(told) == 1


def test_every_setting_that_takes_another_cluster_is_recorded() -> None:
    aks = {Change.NEW_AKS, Change.NEW_EVERYTHING}
    for kind, changes in ((KAFKA, FIXED), (AKS, aks)):
        fields = Settings.model_fields.values()
        assert kind.settings_in(settings()).keys() == {
            field.alias for field in fields if about(field).changed in changes
        }


def test_numbers_and_lists_are_compared_as_the_engine_hands_them_over() -> None:
    zoned = settings(aksZones=["1", "2"])
    assert AKS.changed({**AKS.settings_in(zoned), "aksMaxPods": 30.0}, zoned) == []


@pytest.mark.thorough
@pytest.mark.parametrize("resource", KINDS)
@pytest.mark.parametrize("recorded", ["as it was made", "of another size", "nobody knows how"])
def test_the_program_ignores_what_azure_says_of_a_cluster_that_stays(
    resource: str, recorded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    kind = KINDS[resource]
    name, value = CHANGED[kind]
    made_with = {
        "as it was made": kind.settings_in(settings()),
        "of another size": kind.settings_in(settings(**{name: value})),
        "nobody knows how": {},
    }[recorded]
    outputs = {
        f"urn:pulumi:test::aks-kafka::{type_}::name": {"outputs": told}
        for type_, told in state(kind, made_with).items()
    }
    as_set = {f"aks-kafka:{name}": getattr(settings(), to_snake(name))}
    config = {**configuration("local"), **as_set, "aks-kafka:protect": "false"}
    read = {
        "pulumi:pulumi:readStackResourceOutputs": lambda _: {"name": "test", "outputs": outputs},
        "azure-native:containerservice:listManagedClusterUserCredentials": lambda _: {
            "kubeconfigs": [{"name": "clusterUser", "value": ""}]
        },
    }
    ignored = set(run(config, read)[resource].options.ignoreChanges)
    assert (LEFT_ALONE[kind] <= ignored) == (recorded != "of another size")


@pytest.mark.parametrize(("component", "kind"), [("kafka", KAFKA), ("aks", AKS)])
def test_each_component_records_what_its_cluster_is_made_with(
    component: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    made = run(configuration("local"))
    assert made[component].type == kind.component
    recorded = made.component_outputs[component][RECORD]
    assert recorded.items() >= kind.settings_in(settings()).items()
