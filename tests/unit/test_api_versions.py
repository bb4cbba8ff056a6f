"""Aliases of Azure's API versions are left out, and no others."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pytest
from pulumi_azure_native import network

from components.api_versions import without_versions
from tests.unit.recording import deploy

MOVED = pulumi.Alias(type_="azure-native:network:Vnet")
RENAMED = pulumi.Alias(name="before")
OF_A_VERSION = pulumi.Alias(type_="azure-native:network/v20230501preview:VirtualNetwork")
URN = "urn:pulumi:test::aks-kafka::azure-native:network/v20230501:VirtualNetwork::network"


def aliases(*declared: pulumi.Alias | str) -> Sequence[str]:
    """What the engine hears of a network with these aliases: types, names and URNs."""

    def program() -> None:
        pulumi.runtime.register_stack_transformation(without_versions)
        opts = pulumi.ResourceOptions(aliases=[*declared])
        network.VirtualNetwork("network", resource_group_name="group", virtual_network_name="n", opts=opts)

    heard = deploy(program)["network"].options.aliases
    return [one.urn or one.spec.type or one.spec.name for one in heard]


def test_no_alias_of_a_version_is_registered() -> None:
    assert aliases() == aliases(OF_A_VERSION) == []


@pytest.mark.parametrize(("alias", "heard"), [(MOVED, MOVED.type_), (RENAMED, RENAMED.name), (URN, URN)])
def test_every_other_alias_is(alias: pulumi.Alias | str, heard: str) -> None:
    assert aliases(OF_A_VERSION, alias) == [heard]
