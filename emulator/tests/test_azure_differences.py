"""azure-native's way to compare."""

from typing import Any

from emulator.azure.schema import sdk
from emulator.azure.schema.differences import difference, refreshed
from emulator.providers.provider import UNKNOWN

_NETWORK = "azure-native:network:VirtualNetwork"


def _changed(old: dict[str, Any], new: dict[str, Any], *replaced_by: str) -> tuple[set[str], set[str]]:
    found = difference(old, new, frozenset(replaced_by))
    return set(found.changed), set(found.replace)


def test_equal_inputs_do_not_differ() -> None:
    inputs = {"a": {"b": [1, {"c": True}]}}
    assert _changed(inputs, {"a": {"b": [1, {"c": True}]}}) == (set(), set())


def test_changes_are_named_by_their_path() -> None:
    old = {"kept": 1, "gone": 1, "list": [{"x": 1}, {"x": 2}], "object": {"y": 1}}
    new = {"kept": 1, "new": 1, "list": [{"x": 3}], "object": {"y": 2}}
    assert _changed(old, new)[0] == {"gone", "new", "list[0].x", "list[1]", "object.y"}


def test_an_unknown_value_differs() -> None:
    assert _changed({"a": "x"}, {"a": UNKNOWN})[0] == {"a"}


def test_a_number_is_no_boolean() -> None:
    assert _changed({"a": 1}, {"a": True})[0] == {"a"}


def test_a_property_that_replaces_does_so_also_when_it_comes_or_goes() -> None:
    assert _changed({"a": 1}, {"a": 2}, "a")[1] == {"a"}
    assert _changed({"a": 1}, {}, "a")[1] == {"a"}
    assert _changed({}, {"a": 1}, "a")[1] == {"a"}


def test_below_a_property_that_replaces_only_an_update_does() -> None:
    assert _changed({"a": {"b": 1}}, {"a": {"b": 2}}, "a")[1] == {"a.b"}
    assert _changed({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, "a") == ({"a.c"}, set())


def test_a_nested_property_replaces_by_its_own_path() -> None:
    assert _changed({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[].b")[1] == {"a[0].b"}


def test_another_item_of_a_list_does_not_replace() -> None:
    assert _changed({"a": [1]}, {"a": [1, 2]}, "a[]") == ({"a[1]"}, set())


def test_a_region_is_the_same_however_it_is_spelt() -> None:
    assert _changed({"location": "West Europe"}, {"location": "westeurope"}, "location") == (set(), set())
    assert _changed({"location": "westeurope"}, {"location": "northeurope"}, "location")[1] == {"location"}


def test_a_given_name_is_freed_first_and_a_random_one_is_not() -> None:
    assert difference({"a": 1}, {"a": 2}, frozenset({"a"})).delete_before_replace
    random_name = {"__createBeforeDelete": True}
    replaced = difference({"a": 1, **random_name}, {"a": 2, **random_name}, frozenset({"a"}))
    assert not replaced.delete_before_replace


def _refreshed(inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    shape = sdk.inputs(_NETWORK)
    return refreshed(inputs, old, new, shape, sdk.standalone_parts(_NETWORK))


def test_a_refresh_keeps_inputs_that_azure_spells_differently() -> None:
    echoed = {"location": "westeurope", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    inputs = {"location": "West Europe", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    assert _refreshed(inputs, echoed, dict(echoed)) == inputs


def test_a_refresh_takes_over_what_changed_in_azure() -> None:
    inputs = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "tags": {"a": "1", "b": "2"}}
    old = {**inputs, "enableDdosProtection": False, "etag": "1"}
    new = {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.1.0.0/16"]},
        "tags": {"a": "3"},
        "enableDdosProtection": True,
        "etag": "2",
    }
    assert _refreshed(inputs, old, new) == {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.1.0.0/16"]},
        "tags": {"a": "3"},
        "enableDdosProtection": True,
    }


def test_a_refresh_drops_what_is_gone_in_azure() -> None:
    assert _refreshed({"tags": {"a": "1"}}, {"tags": {"a": "1"}}, {}) == {}


def test_a_refresh_leaves_parts_alone_that_were_not_given_inline() -> None:
    assert _refreshed({}, {"subnets": []}, {"subnets": [{"name": "sub"}]}) == {}
    inline = {"subnets": [{"name": "sub"}]}
    both = {"subnets": [{"name": "sub"}, {"name": "other"}]}
    assert _refreshed(inline, inline, both) == both
