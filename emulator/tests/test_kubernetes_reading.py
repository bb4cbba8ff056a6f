"""What the API server tells programs that read: kinds, objects and lists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.server.reading import Missing, NotModelled, read
from emulator.store import Store


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(Store(tmp_path / "objects"))


def config_map(name: str, namespace: str = "default", **labels: str) -> Object:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def get(objects: ObjectStore, path: str, parameters: Mapping[str, str] | None = None) -> Any:
    return read(objects, path.strip("/").split("/"), parameters or {})


def names(found: Any) -> list[str]:
    return [item["metadata"]["name"] for item in found["items"]]


def test_every_kind_is_discovered_where_its_objects_are(objects: ObjectStore) -> None:
    groups = {one["preferredVersion"]["groupVersion"] for one in get(objects, "/apis")["groups"]}
    assert {"apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1"} == groups
    for path in ("/api/v1", *(f"/apis/{group}" for group in groups)):
        for kind in get(objects, path)["resources"]:
            if kind["namespaced"]:
                found = get(objects, f"{path}/namespaces/default/{kind['name']}")
                assert found["kind"] == f"{kind['kind']}List"


def test_an_object_is_found_by_its_name(objects: ObjectStore) -> None:
    objects.create(config_map("a"))
    assert get(objects, "/api/v1/namespaces/default/configmaps/a")["metadata"]["name"] == "a"
    assert get(objects, "/api/v1/namespaces/default")["kind"] == "Namespace"
    for absent in ("/api/v1/namespaces/none", "/api/v1/namespaces/default/configmaps/b"):
        with pytest.raises(Missing):
            get(objects, absent)


def test_a_list_has_the_namespace_s_objects_with_the_labels_page_by_page(objects: ObjectStore) -> None:
    for name in ("a", "b", "c"):
        objects.create(config_map(name, app="x"))
    objects.create(config_map("d"))
    objects.create(config_map("e", "kube-system", app="x"))
    path, chosen = "/api/v1/namespaces/default/configmaps", {"labelSelector": "app=x", "limit": "2"}
    first = get(objects, path, chosen)
    assert names(first) == ["a", "b"]
    rest = get(objects, path, {**chosen, "continue": first["metadata"]["continue"]})
    assert names(rest) == ["c"]
    assert "continue" not in rest["metadata"]


def test_there_are_no_events_to_read(objects: ObjectStore) -> None:
    path = "/api/v1/namespaces/default/events"
    assert get(objects, path, {"fieldSelector": "type=Warning"})["items"] == []


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/api/v1/nodes", {}),
        ("/api/v1/namespaces/default/pods", {"watch": "true"}),
        ("/api/v1/namespaces/default/pods", {"fieldSelector": "a=b"}),
        ("/api/v1/namespaces/default/pods", {"labelSelector": "a in (b)"}),
        ("/api/v1/namespaces/default/pods/a/log", {}),
    ],
)
def test_what_the_real_server_could_answer_is_refused_by_name(
    objects: ObjectStore, path: str, parameters: dict[str, str]
) -> None:
    with pytest.raises(NotModelled):
        get(objects, path, parameters)


def test_a_kind_that_there_is_not_is_missing(objects: ObjectStore) -> None:
    with pytest.raises(Missing):
        get(objects, "/api/v1/namespaces/default/widgets")
