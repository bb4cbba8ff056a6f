import pytest
from pulumi.runtime.rpc import UNKNOWN as ENGINE_UNKNOWN

from emulator.providers.comparison import changed_paths, covers, has_path, top_level
from emulator.providers.provider import UNKNOWN
from emulator.providers.values import to_properties, to_struct

SECRET_KEY = "4dabf18193072939515e22adb298388d"


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -3, 2.5, "", "text", [], [1, ["a", None]], {}, {"a": {"b.c": [{}]}}]
)
def test_plain_values_survive_the_wire(value):
    back = to_properties(to_struct({"value": value}))
    assert back == {"value": value}
    assert type(back["value"]) is type(value)


def test_unknown_values_survive_the_wire():
    struct = to_struct({"a": UNKNOWN, "b": [UNKNOWN]})
    assert struct.fields["a"].string_value == ENGINE_UNKNOWN
    assert to_properties(struct)["a"] is UNKNOWN
    assert to_properties(struct)["b"][0] is UNKNOWN


def test_secrets_are_marked_and_unwrapped():
    struct = to_struct({"token": {"deep": 1}, "plain": 2}, secrets={"token", "absent"})
    assert SECRET_KEY in struct.fields["token"].struct_value.fields
    assert to_properties(struct) == {"token": {"deep": 1}, "plain": 2}


def test_what_the_engine_cannot_carry_is_refused():
    with pytest.raises(TypeError, match="object"):
        to_struct({"a": object()})


def test_unknown_is_neither_true_nor_false():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, ["a.c"]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": {"d": 2}}}, ["a.c"]),
        ({"l": [{"x": 1}, 2]}, {"l": [{"x": 3}, 2, 4]}, ["l[0].x", "l[2]"]),
        ({"a": {"b.c/d": 1}}, {"a": {"b.c/d": 2}}, ['a["b.c/d"]']),
        ({"a": [1]}, {"a": {"x": 1}}, ["a"]),
        ({"a": "x"}, {"a": UNKNOWN}, ["a"]),
        ({"a": UNKNOWN}, {"a": UNKNOWN}, ["a"]),
    ],
)
def test_changed_paths(old, new, paths):
    assert changed_paths(old, new) == paths


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a", True),
        ("a.b[1].c", True),
        ("a.b[2]", False),
        ("a.x", False),
        ('a["k.e/y"]', True),
        ('a["k"]', False),
        ("a.b.c", False),
    ],
)
def test_has_path(path, found):
    assert has_path({"a": {"b": [0, {"c": None}], "k.e/y": 1}}, path) is found


@pytest.mark.parametrize(("path", "name"), [("a", "a"), ("a.b[0]", "a"), ("a[0]", "a"), ('["x.y"].b', "x.y")])
def test_top_level(path, name):
    assert top_level(path) == name


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("a", "a", True),
        ("a", "a.b[0]", True),
        ("a", "ab", False),
        ("a.b", "a", False),
        ("a[*].b", "a[1].b.c", True),
        ("a[*].b", "a[1].c", False),
        ("a[1]", "a[10]", False),
        ("*", "anything.at[0].all", True),
        ('a["b.c"]', 'a["b.c"].d', True),
    ],
)
def test_covers(pattern, path, covered):
    assert covers(pattern, path) is covered
