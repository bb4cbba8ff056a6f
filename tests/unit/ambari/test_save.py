"""The three-way merge of properties."""

from components.ambari.api.model import Configuration
from components.ambari.configuration.save import Overwritten, merged


def types(**properties: str) -> dict[str, Configuration]:
    return {"kafka-broker": Configuration("tag", properties)}


def merge(
    base: dict[str, str], theirs: dict[str, str], ours: dict[str, str], now: dict[str, str] | None = None
):
    overwritten = Overwritten(types(**base), types(**theirs), types(**ours))
    return dict(merged(types(**(now or ours)), overwritten)["kafka-broker"].properties)


def test_their_edit_comes_back_and_ours_stays():
    assert merge({"a": "1", "l": "old"}, {"a": "2", "l": "old"}, {"a": "1", "l": "new"}) == {
        "a": "2",
        "l": "new",
    }


def test_what_they_added_and_removed_comes_back():
    assert merge({"a": "1"}, {"b": "2"}, {"a": "1", "l": "new"}) == {"b": "2", "l": "new"}


def test_what_was_edited_again_since_stays():
    now = {"a": "3", "l": "new"}
    assert merge({"a": "1", "l": "old"}, {"a": "2", "l": "old"}, {"a": "1", "l": "new"}, now) == now


def test_merging_twice_is_merging_once():
    base, theirs, ours = {"a": "1"}, {"a": "2"}, {"a": "1", "l": "new"}
    once = merge(base, theirs, ours)
    assert merge(base, theirs, ours, once) == once


def test_types_that_we_did_not_save_stay():
    overwritten = Overwritten(types(a="1"), types(a="2"), {})
    assert merged(types(a="1"), overwritten) == types(a="1")


def test_their_attributes_come_back_and_ours_stay():
    def with_attributes(**kinds: dict[str, str]) -> dict[str, Configuration]:
        return {"kafka-broker": Configuration("tag", {"a": "1"}, kinds)}

    base = with_attributes(final={"a": "true"}, hidden={"a": "HTTP"})
    theirs = with_attributes(final={"a": "true", "b": "true"})
    found = merged(base, Overwritten(base, theirs, base))["kafka-broker"]
    assert found.attributes == {"final": {"a": "true", "b": "true"}}
