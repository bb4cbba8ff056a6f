"""GET requests to the API server: discovery of kinds, one object, and lists of objects.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import KINDS, NAMESPACE, Key, Kind, Object, labels_of

EVENTS = "events"
"""The resource of events. Its list is empty: the emulator records none."""
_VERBS = ["get", "list"]


class NotModelled(Exception):
    """A request that the real server would answer and the emulator does not model; the message says which."""


@dataclass(frozen=True)
class Missing(Exception):
    """There is no such object, or no such kind; the text is the API server's."""

    text: str


def read(objects: ObjectStore, path: Sequence[str], parameters: Mapping[str, str]) -> Object:
    """The object or list at a path, which is given by its parts. Raises Missing and NotModelled."""
    match path:
        case ["apis"]:
            return _groups()
        case ["api", version]:
            return _kinds(version)
        case ["apis", group, version]:
            return _kinds(f"{group}/{version}")
        case ["api", version, "namespaces", *rest]:
            api_version = version
        case ["apis", group, version, "namespaces", *rest]:
            api_version = f"{group}/{version}"
        case _:
            raise NotModelled(f"GET /{'/'.join(path)}")
    match rest:
        case [name]:
            return _one(objects, _kind(api_version, "namespaces"), "", name)
        case [_, plural] if (api_version, plural) == ("v1", EVENTS):
            return _page("Event", "v1", [], parameters)
        case [namespace, plural]:
            return _some(objects, _kind(api_version, plural), namespace, parameters)
        case [namespace, plural, name]:
            return _one(objects, _kind(api_version, plural), namespace, name)
    raise NotModelled(f"GET /{'/'.join(path)}")


def _one(objects: ObjectStore, kind: Kind, namespace: str, name: str) -> Object:
    found = objects.get(Key(kind.name, namespace, name))
    if found is None:
        raise Missing(f'{kind.plural} "{name}" not found')
    return found


def _some(objects: ObjectStore, kind: Kind, namespace: str, parameters: Mapping[str, str]) -> Object:
    wanted = _selected(parameters.get("labelSelector", ""))
    items = [
        item
        for item in objects.list([kind.name])
        if item["metadata"].get("namespace") == namespace and wanted.items() <= labels_of(item).items()
    ]
    return _page(kind.name, kind.api_version, items, parameters)


def _page(kind: str, api_version: str, items: Sequence[Object], parameters: Mapping[str, str]) -> Object:
    """A page of a list: at most `limit` items, from the position that `continue` names."""
    known = {"labelSelector", "limit", "continue"} | ({"fieldSelector"} if kind == "Event" else set())
    if unknown := sorted(parameters.keys() - known):
        raise NotModelled(f"{kind.lower()}s?{unknown[0]}")
    begin = int(parameters.get("continue") or 0)
    limit = int(parameters.get("limit") or 0) or len(items)
    further = {"continue": str(begin + limit)} if begin + limit < len(items) else {}
    return {
        "kind": f"{kind}List",
        "apiVersion": api_version,
        "metadata": further,
        "items": [*items[begin : begin + limit]],
    }


def _selected(selector: str) -> dict[str, str]:
    wanted = {name: value for name, _, value in (part.partition("=") for part in selector.split(",") if part)}
    if any(set(f"{name}{value}") & set("!=() ") for name, value in wanted.items()):
        raise NotModelled(f"the labelSelector {selector}; only NAME=VALUE,... is")
    return wanted


def _kind(api_version: str, plural: str) -> Kind:
    for kind in _of(api_version):
        if kind.resource == plural:
            return kind
    raise Missing("the server could not find the requested resource")


def _of(api_version: str) -> Iterable[Kind]:
    return (kind for kind in KINDS.values() if kind.api_version == api_version)


def _kinds(api_version: str) -> Object:
    """https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api"""
    resources = [
        {"name": kind.resource, "kind": kind.name, "namespaced": kind.namespaced, "verbs": _VERBS}
        for kind in _of(api_version)
    ]
    if not resources:
        raise Missing("the server could not find the requested resource")
    return {"kind": "APIResourceList", "groupVersion": api_version, "resources": resources}


def _groups() -> Object:
    versions = sorted({kind.api_version for kind in KINDS.values()} - {NAMESPACE.api_version})
    groups = []
    for version in versions:
        named = {"groupVersion": version, "version": version.rpartition("/")[2]}
        groups.append({"name": version.rpartition("/")[0], "versions": [named], "preferredVersion": named})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
