"""A peering of which somebody deleted one half: what this run makes anew, and in which order."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.existing.network import HALVES
from components.peering_repair import repair_of
from tests.unit.configurations import ALL_EXISTS, REQUIRED, encoded
from tests.unit.existing_site import HDINSIGHT_NETWORK, NETWORKS, Site
from tests.unit.recording import Deployment, Refusal
from tests.unit.test_main import CHECKOUT, run

OUT, BACK = HALVES
AKS_NETWORK = NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"
CONNECTED = dict.fromkeys(HALVES, "Connected")
STATE = "pulumi:pulumi:readStackResourceOutputs"
GET = "azure-native:network:getVirtualNetworkPeering"


@pytest.mark.parametrize("lost", HALVES)
@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("recorded", ["Connected", "Initiated", "Disconnected"])
def test_the_half_that_is_left_is_made_first(lost: str, refreshed: bool, recorded: str) -> None:
    left = next(half for half in HALVES if half != lost)
    state = {left: recorded} if refreshed else {left: recorded, lost: "Connected"}
    repair = repair_of({lost: None, left: "Disconnected"}, state)
    assert repair.order == [left, lost]
    # An engine that finds no change replaces nothing.
    assert all(repair.states[half] != state[half] for half in repair.states)
    assert (lost in repair.states) == (not refreshed)


@pytest.mark.parametrize(
    ("found", "recorded"),
    [
        (CONNECTED, CONNECTED),
        ({OUT: "Initiated", BACK: None}, {OUT: "Initiated"}),
        ({OUT: None, BACK: None}, CONNECTED),
        ({OUT: "Disconnected", BACK: None}, {}),
    ],
    ids=["both are there", "the second was not made yet", "both are gone", "not this stack's"],
)
def test_nothing_else_is_made_anew(found: Mapping[str, str | None], recorded: Mapping[str, str]) -> None:
    repair = repair_of(found, recorded)
    assert (repair.states, repair.order) == ({}, list(HALVES))


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(CHECKOUT)
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    return said


def declared(
    config: dict[str, str], halves: Mapping[str, str | None], answers: Mapping[str, Any], *known: str
) -> Deployment:
    """The program on a stack that knows these halves, and Azure that has `halves` by their names."""
    type_ = "aks-kafka:index:PeeredNetworks$azure-native:network:VirtualNetworkPeering"
    urn = f"urn:pulumi:test::aks-kafka::{type_}"
    outputs = {f"{urn}::{half}": {"outputs": {"peeringState": "Connected"}} for half in known}

    def get(asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["resourceGroupName"] == json.loads(config.get("aks-kafka:resourceGroup", '"aks-kafka"'))
        state = halves[asked["virtualNetworkPeeringName"]]
        if state is None:
            raise Refusal('Status=404 Code="NotFound" Message="..."')
        assert (
            asked["virtualNetworkName"] == asked["virtualNetworkPeeringName"].partition("-")[0] + "-network"
        )
        return {"peeringState": state}

    return run(config, {**answers, STATE: lambda _: {"outputs": outputs}, GET: get})


def test_a_healthy_stack_is_declared_as_ever(warned: list[str]) -> None:
    program = declared(encoded(REQUIRED), CONNECTED, {}, *HALVES)
    for half in HALVES:
        assert "peeringState" not in program[half].inputs
        assert set(program[half].options.ignoreChanges) == {"peeringState", "peeringSyncLevel"}
        assert not program[half].options.replaceOnChanges
        assert not program[half].options.deleteBeforeReplace
    assert OUT in program[BACK].depends_on
    assert [said for said in warned if "peering" in said] == []


@pytest.mark.thorough
@pytest.mark.parametrize("lost", HALVES)
def test_new_networks_get_both_halves_anew(warned: list[str], lost: str) -> None:
    left = next(half for half in HALVES if half != lost)
    program = declared(encoded(REQUIRED), {left: "Disconnected", lost: None}, {}, *HALVES)
    assert program[left].inputs["peeringState"] == "Initiated"
    assert left in program[lost].depends_on
    assert lost not in program[left].depends_on
    [said] = [said for said in warned if "peering" in said]
    assert f"was deleted, {lost}, and no pod reaches a broker" in said
    assert f"{left}, is Disconnected" in said


@pytest.mark.thorough
@pytest.mark.parametrize("lost", HALVES)
def test_adopted_networks_get_both_halves_anew(warned: list[str], lost: str) -> None:
    site = Site()
    left = next(half for half in HALVES if half != lost)
    network, remote = {
        OUT: (site.hdinsight_network, AKS_NETWORK),
        BACK: (site.aks_network, HDINSIGHT_NETWORK),
    }[left]
    ours = {"name": "aks-kafka-test", "remoteVirtualNetwork": {"id": remote}, "peeringState": "Disconnected"}
    network["virtualNetworkPeerings"] = [ours]
    program = declared(encoded(ALL_EXISTS), {}, site.answers(), *HALVES)
    assert program[left].inputs["peeringState"] == "Initiated"
    assert list(program[left].options.replaceOnChanges) == ["peeringState"]
    assert program[left].options.deleteBeforeReplace
    assert list(program[left].options.ignoreChanges) == ["peeringSyncLevel"]
    assert left in program[lost].depends_on
    assert lost not in program[left].depends_on
    assert len([said for said in warned if "peering" in said]) == 1
