import json

import pytest

from emulator.store import Store


def test_keeps_documents_across_instances(tmp_path):
    Store(tmp_path).put("a", {"n": 1})
    assert Store(tmp_path).get("a") == {"n": 1}


def test_a_missing_key_is_none(tmp_path):
    assert Store(tmp_path).get("a") is None


def test_items_come_in_the_order_of_first_put(tmp_path):
    store = Store(tmp_path)
    for key in "zam":
        store.put(key, {"key": key})
    store.put("z", {"key": "changed"})
    again = Store(tmp_path)
    again.put("b", {})
    assert [key for key, _ in again.items()] == ["z", "a", "m", "b"]
    assert again.items()[0] == ("z", {"key": "changed"})


def test_a_deleted_key_loses_its_place(tmp_path):
    store = Store(tmp_path)
    store.put("a", {})
    store.put("b", {})
    store.delete("a")
    store.delete("never there")
    assert store.get("a") is None
    store.put("a", {})
    assert [key for key, _ in store.items()] == ["b", "a"]


@pytest.mark.parametrize(
    "keys",
    [
        ["a/b", "a,b", "a%2Fb", "a%2C b", "a b"],
        ["", "%", "%25"],
        [".", "..", "/", "a", "A"],
        ["x" * 300, "x" * 301, "y" + "x" * 300],
        ["/subscriptions/" + "ü" * 90, "/subscriptions/" + "u" * 90],
    ],
)
def test_keys_never_collide(tmp_path, keys):
    store = Store(tmp_path)
    for key in keys:
        store.put(key, {"key": key})
    assert [value["key"] for _, value in Store(tmp_path).items()] == keys
    assert len(list(tmp_path.iterdir())) == len(keys)


def test_a_file_name_shows_its_key(tmp_path):
    Store(tmp_path).put("/subscriptions/1/resourceGroups/rg-test", {})
    assert [path.name for path in tmp_path.iterdir()] == [",subscriptions,1,resourceGroups,rg-test.json"]


def test_a_write_cut_short_leaves_the_document_before(tmp_path):
    store = Store(tmp_path)
    store.put("a", {"n": 1})
    (tmp_path / "a.json.tmp").write_text('{"key": "a", "ra')
    assert Store(tmp_path).items() == [("a", {"n": 1})]
    assert not (tmp_path / "a.json.tmp").exists()


def test_what_json_cannot_express_changes_nothing(tmp_path):
    store = Store(tmp_path)
    store.put("a", {"n": 1})
    with pytest.raises(TypeError):
        store.put("a", {"n": object()})
    with pytest.raises(TypeError):
        store.put("b", {"n": object()})
    assert store.items() == [("a", {"n": 1})]


def test_others_on_the_machine_cannot_read(tmp_path):
    Store(tmp_path / "s").put("a", {"password": "x"})
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0
    assert (tmp_path / "s" / "a.json").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "s" / "a.json").read_text())["value"] == {"password": "x"}
