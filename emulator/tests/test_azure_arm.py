"""Ids of the Azure resource manager."""

import pytest

from emulator.azure.resource_manager import arm

_SUBNET = arm.resource_id("group", "Microsoft.Network/virtualNetworks/subnets", "net", "sub")


def test_an_id_has_arms_form() -> None:
    expected = (
        f"/subscriptions/{arm.SUBSCRIPTION}/resourceGroups/group"
        "/providers/Microsoft.Network/virtualNetworks/net/subnets/sub"
    )
    assert expected == _SUBNET


def test_a_kind_takes_as_many_names_as_it_has_parts() -> None:
    with pytest.raises(ValueError, match="takes 2 names, not 1"):
        arm.resource_id("group", "Microsoft.Network/virtualNetworks/subnets", "net")


def test_ids_are_the_same_whatever_their_case() -> None:
    assert arm.same(_SUBNET, _SUBNET.upper())
    assert not arm.same(_SUBNET, _SUBNET + "2")


def test_a_scope_contains_itself_and_what_lies_below() -> None:
    network = arm.parent(_SUBNET)
    assert arm.contains(network, _SUBNET)
    assert arm.contains(_SUBNET, _SUBNET)
    assert arm.contains(f"/subscriptions/{arm.SUBSCRIPTION}", _SUBNET)
    assert not arm.contains(network[:-1], _SUBNET)
    assert not arm.contains(_SUBNET, network)


def test_an_id_is_taken_apart() -> None:
    parsed = arm.parse(_SUBNET)
    assert parsed == arm.Parsed(
        arm.SUBSCRIPTION, "group", "Microsoft.Network/virtualNetworks/subnets", ("net", "sub")
    )
    assert arm.parse("net/sub") is None


def test_a_kind_is_recognised() -> None:
    assert arm.is_kind(_SUBNET, "microsoft.network/virtualnetworks/subnets")
    assert not arm.is_kind(_SUBNET, "Microsoft.Network/virtualNetworks")
    assert not arm.is_kind("", "Microsoft.Network/virtualNetworks")
