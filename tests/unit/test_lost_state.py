"""What is imported into a state that was lost, by a preview and the file that it writes."""

import json
from typing import Any

from tests.unit.documents import CHECKOUT
from tools.lost_state.ids import IDS, UNKNOWN, id_of
from tools.lost_state.recovery import importable, pruned

SUBSCRIPTION = "00000000-0000-0000-0000-00000000beef"
GROUP = "azure-native:resources:ResourceGroup"
SUBNET = "azure-native:network:Subnet"
ADDRESS = "azure-native:network:PublicIPAddress"


def step(op: str, type_: str, name: str, **inputs: Any) -> dict[str, Any]:
    return {
        "op": op,
        "urn": f"urn:pulumi:s::p::{type_}::{name}",
        "newState": {"type": type_, "inputs": inputs},
    }


def import_file(*resources: tuple[str, str]) -> dict[str, Any]:
    parent = {"type": "aks-kafka:index:PeeredNetworks", "name": "networks", "component": True}
    listed = [{"type": type_, "name": name, "id": "<PLACEHOLDER>"} for type_, name in resources]
    return {"nameTable": {}, "resources": [parent, *listed]}


def recorded() -> list[dict[str, Any]]:
    """Resources of Azure's, as a real engine left them in a state."""
    state = json.loads((CHECKOUT / "tests" / "e2e" / "states" / "0.1.0" / "local.json").read_text())
    resources = state["deployment"]["resources"]
    return [one for one in resources if one["type"].startswith("azure-native:") and one.get("id")]


def test_the_ids_are_those_that_a_deployed_state_holds() -> None:
    found = recorded()
    assert {one["type"] for one in found} == set(IDS)
    made = [id_of(one["type"], one["inputs"], SUBSCRIPTION) or "" for one in found]
    # Azure tells no upper from lower case in them.
    assert [id_.lower() for id_ in made] == [one["id"].lower() for one in found]


def test_what_is_named_by_something_else_waits_until_that_is_imported() -> None:
    preview = {
        "steps": [
            step("create", GROUP, "group", resourceGroupName="shop"),
            step(
                "create",
                SUBNET,
                "subnet",
                resourceGroupName="shop",
                virtualNetworkName=UNKNOWN,
                subnetName="s",
            ),
        ]
    }
    found = importable(import_file((GROUP, "group"), (SUBNET, "subnet")), preview, SUBSCRIPTION)
    assert [one.get("id") for one in found["resources"]] == [
        None,
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop",
    ]


def test_what_is_put_into_a_group_of_the_stack_s_own_is_imported_with_it() -> None:
    preview = {
        "steps": [
            step("create", GROUP, "group", resourceGroupName="shop"),
            step("create", ADDRESS, "address", resourceGroupName=UNKNOWN, publicIpAddressName="a"),
        ]
    }
    found = importable(import_file((GROUP, "group"), (ADDRESS, "address")), preview, SUBSCRIPTION)
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
    address = f"{group}/providers/Microsoft.Network/publicIPAddresses/a"
    assert [one.get("id") for one in found["resources"]] == [None, group, address]


def test_what_is_no_resource_of_azure_s_is_left_to_the_next_up() -> None:
    job = "kubernetes:batch/v1:Job"
    preview = {"steps": [step("create", job, "check", metadata={"name": "check"})]}
    assert importable(import_file((job, "check")), preview, SUBSCRIPTION)["resources"] == []


def test_of_several_only_those_that_are_named_are_imported() -> None:
    preview = {
        "steps": [
            step("create", GROUP, "group", resourceGroupName="shop"),
            step("create", ADDRESS, "address", resourceGroupName="shop", publicIpAddressName="a"),
        ]
    }
    file = import_file((GROUP, "group"), (ADDRESS, "address"))
    found = importable(file, preview, SUBSCRIPTION, only=["address"])
    assert [one["name"] for one in found["resources"]] == ["networks", "address"]


def test_one_that_is_in_the_state_is_not_imported_again() -> None:
    preview = {"steps": [step("same", GROUP, "group", resourceGroupName="shop")]}
    assert importable(import_file(), preview, SUBSCRIPTION)["resources"] == []


def test_inputs_that_the_program_does_not_declare_go_and_differences_stay() -> None:
    urn = f"urn:pulumi:s::p::{ADDRESS}::address"
    read = {
        "publicIPAddressVersion": "IPv4",
        "sku": {"name": "Standard", "tier": "Regional"},
        "tags": {"team": "theirs"},
        "zones": [{"name": "1", "etag": "x"}],
    }
    state = stored(urn, read)
    declared = {"sku": {"name": "Standard"}, "tags": {"team": "ours"}, "zones": [{"name": "1"}], "new": 1}
    kept = pruned(state, {"steps": [step("replace", ADDRESS, "address", **declared)]})
    assert kept["deployment"]["resources"][0]["inputs"] == {
        "sku": {"name": "Standard"},
        "tags": {"team": "theirs"},
        "zones": [{"name": "1"}],
    }
    assert state["deployment"]["resources"][0]["inputs"] == read


def test_a_list_of_another_length_stays_as_azure_has_it() -> None:
    urn = f"urn:pulumi:s::p::{ADDRESS}::address"
    rules = {"rules": [{"name": "ours", "etag": "x"}, {"name": "theirs", "etag": "y"}]}
    state = stored(urn, rules)
    kept = pruned(state, {"steps": [step("update", ADDRESS, "address", rules=[{"name": "ours"}])]})
    assert kept["deployment"]["resources"][0]["inputs"] == rules


def test_what_a_deployment_has_made_keeps_its_inputs() -> None:
    urn = f"urn:pulumi:s::p::{ADDRESS}::address"
    state = stored(urn, {"tags": {"team": "ours"}}, sourcePosition="project:///__main__.py#48")
    assert pruned(state, {"steps": [step("update", ADDRESS, "address")]}) == state


def stored(urn: str, inputs: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"deployment": {"resources": [{"urn": urn, "type": ADDRESS, "inputs": inputs, **more}]}}
