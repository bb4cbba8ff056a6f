"""Server-side apply: who owns which field, and what becomes of it."""

import copy
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kubernetes.server import ownership
from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.server.ownership import Conflicts, owners_of
from emulator.kubernetes.server.structure import Structure, fields, merged
from emulator.tests.kubernetes_world import deployment

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def apply(live: Object, config: Object, manager: str, *, force: bool = False, now=NOW) -> Object:
    return ownership.apply(live, config, manager, version="1.36", force=force, now=now)


def service(*ports: Object, **specification: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"type": "LoadBalancer", "ports": [*ports], **specification},
    }


def settings(**data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "default"},
        "data": data,
    }


def web(**environment: str) -> Object:
    env = [{"name": name, "value": value} for name, value in environment.items()]
    return deployment(env=env)


def environment_of(item: Object) -> list[Object]:
    return item["spec"]["template"]["spec"]["containers"][0]["env"]


def test_managed_fields_are_written_as_the_api_writes_them() -> None:
    made = apply({}, service({"port": 80, "name": "http"}), "m")
    assert made["metadata"]["managedFields"] == [
        {
            "manager": "m",
            "operation": "Apply",
            "apiVersion": "v1",
            "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:spec": {
                    "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}}},
                    "f:type": {},
                }
            },
        }
    ]


def test_what_a_manager_no_longer_sends_goes() -> None:
    made = apply({}, web(A="1", B="2"), "m")
    changed = apply(made, web(B="2"), "m")
    assert environment_of(changed) == [{"name": "B", "value": "2"}]


def test_what_another_manager_owns_too_stays() -> None:
    # A killed run leaves its random manager behind; the next run applies the same by another.
    left = apply({}, web(A="1", B="2"), "killed")
    shared = apply(left, web(A="1", B="2"), "next")
    changed = apply(shared, web(B="2"), "next")
    assert [one["name"] for one in environment_of(changed)] == ["A", "B"]


def test_ports_are_told_apart_by_number_and_protocol() -> None:
    left = apply({}, service({"port": 80, "name": "http"}), "killed")
    changed = apply(left, service({"port": 81, "name": "http"}), "next")
    assert [one["port"] for one in changed["spec"]["ports"]] == [80, 81]
    same = apply(left, service({"port": 80, "name": "http", "protocol": "TCP"}), "next")
    assert len(same["spec"]["ports"]) == 1
    both = apply(left, service({"port": 80, "name": "dns", "protocol": "UDP"}), "next")
    assert len(both["spec"]["ports"]) == 2


def test_another_value_of_another_manager_s_field_is_a_conflict() -> None:
    left = apply({}, web(A="1"), "first")
    with pytest.raises(Conflicts) as refused:
        apply(left, web(A="2"), "second")
    path = '.spec.template.spec.containers[name="app"].env[name="A"].value'
    assert str(refused.value) == f'Apply failed with 1 conflict: conflict with "first": {path}'


def test_several_conflicts_are_listed_by_manager() -> None:
    left = apply(apply({}, settings(a="1"), "one"), settings(b="1"), "two")
    with pytest.raises(Conflicts) as refused:
        apply(left, settings(a="2", b="2"), "three")
    assert str(refused.value) == (
        'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\nconflicts with "two":\n- .data.b'
    )


def test_force_takes_what_changes_and_leaves_what_does_not() -> None:
    left = apply({}, settings(a="1", b="1"), "first")
    taken = apply(left, settings(a="2", b="1"), "second", force=True)
    assert taken["data"] == {"a": "2", "b": "1"}
    assert owners_of(taken)["first"] == {("f:data", "f:b")}
    assert owners_of(taken)["second"] == {("f:data", "f:a"), ("f:data", "f:b")}


def test_a_manager_that_owns_nothing_any_more_is_forgotten() -> None:
    left = apply({}, settings(a="1"), "first")
    taken = apply(left, settings(a="2"), "second", force=True)
    assert owners_of(taken).keys() == {"second"}


def test_whoever_applies_nothing_gives_up_what_only_they_owned() -> None:
    made = apply(apply({}, settings(a="1", b="1"), "old"), settings(b="1"), "new")
    nothing = {name: value for name, value in settings().items() if name != "data"}
    assert apply(made, nothing, "old")["data"] == {"b": "1"}


def test_defaults_go_with_the_field_that_they_complete() -> None:
    probe = {"httpGet": {"path": "/", "port": 80}}
    made = apply({}, deployment(livenessProbe=probe), "m")
    container = made["spec"]["template"]["spec"]["containers"][0]
    container["livenessProbe"]["periodSeconds"] = 10
    changed = apply(made, deployment(), "m")
    assert "livenessProbe" not in changed["spec"]["template"]["spec"]["containers"][0]


def test_what_nobody_applied_stays() -> None:
    made = apply({}, settings(a="1"), "m")
    made["metadata"]["annotations"] = {"written": "by a controller"}
    made["data"]["b"] = "2"
    assert apply(made, settings(), "m")["data"] == {"b": "2"}
    assert apply(made, settings(), "m")["metadata"]["annotations"] == {"written": "by a controller"}


def test_a_value_that_is_one_as_a_whole_is_replaced_as_a_whole() -> None:
    made = apply({}, deployment(args=["a", "b"]), "m")
    changed = apply(made, deployment(args=["b"]), "m")
    assert changed["spec"]["template"]["spec"]["containers"][0]["args"] == ["b"]
    selector = ("f:spec", "f:selector")
    assert selector in owners_of(made)["m"]


def test_an_object_without_owners_is_taken_over_with_all_of_it() -> None:
    unowned = {**settings(a="1", b="2"), "metadata": {**settings()["metadata"], "uid": "u"}}
    assert apply(unowned, settings(b="2"), "m")["data"] == {"b": "2"}


def test_applying_the_same_again_changes_nothing() -> None:
    made = apply({}, web(A="1"), "m")
    assert apply(made, web(A="1"), "m", now=NOW + datetime.timedelta(hours=1)) == made


def test_the_object_that_is_merged_is_left_alone() -> None:
    made = apply({}, web(A="1"), "m")
    before = copy.deepcopy(made)
    apply(made, web(B="1"), "m")["spec"]["template"]["spec"]["containers"][0]["env"].clear()
    assert made == before


@pytest.mark.parametrize(
    ("live", "config", "expected"),
    [("abc", "b", "abc"), ("abc", "cx", "abcx"), ("ab", "xa", "xab"), ("a", "xyz", "axyz"), ("", "ba", "ba")],
)
def test_items_of_lists_keep_their_order(live: str, config: str, expected: str) -> None:
    structure = Structure.of("Deployment", "1.36")
    both = merged(web(**dict.fromkeys(live, "1")), web(**dict.fromkeys(config, "1")), structure)
    assert "".join(one["name"] for one in environment_of(both)) == expected


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12")), st.data())
def test_managed_fields_say_exactly_what_was_applied(data: dict[str, str], more: st.DataObject) -> None:
    made = apply({}, settings(**data), "m")
    again = more.draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12")))
    changed = apply(made, settings(**again), "m")
    assert changed.get("data", {}) == again
    wanted = fields(settings(**again), Structure.of("ConfigMap", "1.36")).keys()
    assert owners_of(changed).get("m", frozenset()) == {path for path in wanted if path[0] == "f:data"}
