"""Defaults that came later are for new clusters: one that stands keeps what it has."""

import json
from typing import Any

import pytest

from components.settings import Settings, WrongSettings
from components.settings.validation.leniency import Made
from tests.unit.configurations import ALL_EXISTS, REQUIRED

MADE_BEFORE = {
    "agentPoolProfiles": [
        {"name": "another", "vmSize": "Standard_E4s_v5"},
        {"name": "nodepool1", "vmSize": "Standard_D2s_v5"},
    ],
    "networkProfile": {"networkPlugin": "azure"},
    "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
}
"""What Azure answers of a cluster that was made with the defaults of 0.1.0, and has a second pool since."""


def decided(
    cluster: dict[str, Any] | None, made_with: dict[str, str] | None = None, /, **values: Any
) -> tuple[str, str, str]:
    """Node size, pod network and upgrade channel of a stack that has this cluster, and a record of it."""
    component = {"aks-kafka:index:AksCluster": {"madeWith": made_with}}
    settings = Settings.parse(
        {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in {**REQUIRED, **values}.items()
        },
        {"ambariPassword"},
        stack="test",
        standing={} if cluster is None else {Made.AKS: cluster, **component},
    )
    return settings.aks_node_size, settings.aks_pod_network, settings.aks_upgrade_channel


def test_a_new_cluster_gets_what_aks_advises() -> None:
    assert decided(None) == ("Standard_D4s_v5", "overlay", "stable")


def test_a_cluster_that_stands_keeps_what_it_was_made_with() -> None:
    assert decided(MADE_BEFORE) == ("Standard_D2s_v5", "flat", "patch")


def test_what_is_set_holds_for_a_cluster_that_stands_too() -> None:
    said = {"aksNodeSize": "Standard_D8s_v5", "aksPodNetwork": "overlay", "aksUpgradeChannel": "rapid"}
    assert decided(MADE_BEFORE, **said) == ("Standard_D8s_v5", "overlay", "rapid")


def test_what_is_recorded_wins_over_the_spelling_of_azure() -> None:
    recorded = {"aksNodeSize": "Standard_D2s_v5", "aksPodNetwork": "overlay"}
    told = {**MADE_BEFORE, "agentPoolProfiles": [{"name": "nodepool1", "vmSize": "standard_d2s_v5"}]}
    assert decided(told, recorded)[:2] == ("Standard_D2s_v5", "overlay")
    assert decided(told)[:2] == ("Standard_D2s_v5", "flat")


@pytest.mark.parametrize("mode", ["overlay", "Overlay"])
def test_an_overlay_stays_one(mode: str) -> None:
    cluster = {**MADE_BEFORE, "networkProfile": {"networkPluginMode": mode}}
    assert decided(cluster)[1] == "overlay"


@pytest.mark.parametrize("profile", [None, {}, {"nodeOSUpgradeChannel": "NodeImage"}])
def test_a_channel_that_azure_does_not_show_is_none(profile: dict[str, Any] | None) -> None:
    assert decided({**MADE_BEFORE, "autoUpgradeProfile": profile})[2] == "none"


@pytest.mark.parametrize(("version", "channel"), [("", "stable"), ("1.35", "patch"), ("1.35.1", "none")])
def test_a_new_cluster_is_upgraded_as_far_as_its_version_leaves_open(version: str, channel: str) -> None:
    assert decided(None, kubernetesVersion=version)[2] == channel


def test_the_ranges_of_a_cluster_that_stands_are_judged_as_it_is() -> None:
    assert decided(MADE_BEFORE, podCidr="10.20.0.0/16")[1] == "flat"
    with pytest.raises(WrongSettings, match="podCidr"):
        decided(None, podCidr="10.20.0.0/16")


def test_nothing_is_decided_for_a_cluster_of_somebody_else_s() -> None:
    values = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in ALL_EXISTS.items()
    }
    assert Settings.parse(values, {"ambariPassword"}, stack="test").aks_node_size == ""
