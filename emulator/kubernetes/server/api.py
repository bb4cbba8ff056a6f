"""The API server's state: objects kept on disk, versions, and waiting for changes."""

import contextlib
import copy
import datetime
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator

from emulator.kubernetes.server.objects import (
    KINDS,
    NAMESPACE,
    POD,
    SERVICE_ACCOUNT,
    Key,
    Object,
    annotations_of,
    deleting,
    key_of,
    timestamp,
)
from emulator.store import Store

BUILT_IN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")

SERVER_METADATA = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "resourceVersion",
    "generation",
    "ownerReferences",
)
"""The metadata that only the server and its controllers write; an update by a user leaves it alone."""
_SERVER_ANNOTATIONS = ("deployment.kubernetes.io/",)


class ApiError(Exception):
    """A refusal by the API server, in its words."""


class NotFound(ApiError):
    """There is no such object."""


class AlreadyExists(ApiError):
    """An object of that name is there already."""


class TooManyRequests(ApiError):
    """The request is refused for the moment; it may succeed later (429)."""


class ObjectStore:
    """All objects of a cluster. Safe for use by several threads; hands out copies, never its own objects."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._objects = {key_of(item): item for _, item in store.items()}
        versions = (int(item["metadata"]["resourceVersion"]) for item in self._objects.values())
        self._version = max(versions, default=0)
        for name in BUILT_IN_NAMESPACES:
            if Key(NAMESPACE.name, "", name) not in self._objects:
                self.create(_namespace(name))

    @property
    def version(self) -> int:
        """Grows with every change."""
        with self._changed:
            return self._version

    def create(self, item: Object) -> Object:
        """Adds `item`; returns it with the server's metadata.

        Raises AlreadyExists, NotFound for its namespace, ApiError when the namespace is being deleted.
        """
        with self._changed:
            key = key_of(item)
            self._require_namespace(item)
            self._require_service_account(item)
            if key in self._objects:
                raise AlreadyExists(f'{KINDS[key.kind].plural} "{key.name}" already exists')
            added = copy.deepcopy(item)
            added["metadata"] |= {
                "uid": added["metadata"].get("uid") or str(uuid.uuid4()),
                "creationTimestamp": timestamp(datetime.datetime.now(datetime.UTC)),
                "generation": 1,
            }
            self._put(added)
            return copy.deepcopy(added)

    def get(self, key: Key) -> Object | None:
        """A copy of the object, or None."""
        with self._changed:
            return copy.deepcopy(self._objects.get(key))

    def list(self, kinds: Iterable[str] | None = None) -> list[Object]:
        """Copies of all objects (of these kinds), oldest first."""
        with self._changed:
            wanted = None if kinds is None else set(kinds)
            return [
                copy.deepcopy(item)
                for key, item in self._objects.items()
                if wanted is None or key.kind in wanted
            ]

    def apply(self, item: Object) -> Object:
        """Writes a user's specification and metadata of an existing object. Raises NotFound."""
        with self._changed:
            former = self._require(key_of(item))
            return self._replace(former, _applied(former, item))

    def dry_run_apply(self, item: Object) -> Object:
        """The object that `apply` would write; nothing is written. Raises NotFound."""
        with self._changed:
            former = self._require(key_of(item))
            return copy.deepcopy(_continued(former, _applied(former, item)))

    def replace(self, item: Object) -> bool:
        """Writes a controller's change of an object. False if the object is gone, or newer than `item`."""
        with self._changed:
            former = self._objects.get(key_of(item))
            if former is None or not _same_version(former, item):
                return False
            self._replace(former, copy.deepcopy(item))
            return True

    def set_status(self, item: Object, status: Object) -> bool:
        """Sets the status of the object that `item` is a copy of. False if the object is gone.

        A pod keeps conditions of types that `status` does not name: a kubelet patches its own, and leaves
        those of others alone.
        """
        with self._changed:
            former = self._objects.get(key_of(item))
            if former is None or former["metadata"]["uid"] != item["metadata"]["uid"]:
                return False
            if item["kind"] == POD.name:
                status = _with_conditions_of_others(status, former)
            if former.get("status") != status:
                self._put({**former, "status": copy.deepcopy(status)})
            return True

    def delete(self, key: Key) -> None:
        """Marks the object as deleted; the controllers remove it. Does nothing if it is gone."""
        with self._changed:
            item = self._objects.get(key)
            if item is None or deleting(item):
                return
            moment = timestamp(datetime.datetime.now(datetime.UTC))
            status = (
                {**item.get("status", {}), "phase": "Terminating"} if key.kind == NAMESPACE.name else None
            )
            metadata = {**item["metadata"], "deletionTimestamp": moment}
            self._put({**item, "metadata": metadata, **({"status": status} if status else {})})

    def remove(self, item: Object) -> None:
        """Removes the object that `item` is a copy of from the store, unless it has finalizers."""
        with self._changed:
            former = self._objects.get(key_of(item))
            if former is not None and not former["metadata"].get("finalizers"):
                self.erase(item)

    def erase(self, item: Object) -> None:
        """Removes the object that `item` is a copy of from the store, even if it has finalizers."""
        with self._changed:
            former = self._objects.get(key_of(item))
            if former is None or former["metadata"]["uid"] != item["metadata"]["uid"]:
                return
            del self._objects[key_of(item)]
            self._store.delete(str(key_of(item)))
            self._version += 1
            self._changed.notify_all()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the store's lock: meanwhile no other thread reads or changes an object."""
        with self._changed:
            yield

    def wait_beyond(self, version: int, timeout: float | None) -> int:
        """Waits, at most `timeout` seconds, for a change since `version`. Returns the version now."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, timeout)
            return self._version

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Waits until `condition` holds, checking after every change. False after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            version = self.version
            if condition():
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            self.wait_beyond(version, remaining)

    def wake(self) -> None:
        """Wakes the threads that wait for a change, as if there had been one."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def _replace(self, former: Object, changed: Object) -> Object:
        _continued(former, changed)
        if changed != former:
            self._put(changed)
        return copy.deepcopy(changed)

    def _put(self, item: Object) -> None:
        self._version += 1
        item["metadata"] = {**item["metadata"], "resourceVersion": str(self._version)}
        self._store.put(str(key_of(item)), item)
        self._objects[key_of(item)] = item
        self._changed.notify_all()

    def _require(self, key: Key) -> Object:
        if key not in self._objects:
            raise NotFound(f'{KINDS[key.kind].plural} "{key.name}" not found')
        return self._objects[key]

    def _require_namespace(self, item: Object) -> None:
        key = key_of(item)
        if not KINDS[key.kind].namespaced:
            return
        namespace = self._require(Key(NAMESPACE.name, "", key.namespace))
        if deleting(namespace):
            raise ApiError(
                f'{KINDS[key.kind].plural} "{key.name}" is forbidden: unable to create new content in '
                f"namespace {key.namespace} because it is being terminated"
            )

    def _require_service_account(self, item: Object) -> None:
        """https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#serviceaccount"""
        if item["kind"] != POD.name:
            return
        name = item["spec"].get("serviceAccountName", "default")
        key = Key(SERVICE_ACCOUNT.name, item["metadata"]["namespace"], name)
        if name != "default" and key not in self._objects:
            raise ApiError(
                f'pods "{item["metadata"]["name"]}" is forbidden: error looking up service account '
                f'{key.namespace}/{name}: serviceaccount "{name}" not found'
            )


def _applied(former: Object, item: Object) -> Object:
    """A copy of `item` with the metadata of `former` that only the server writes."""
    changed = copy.deepcopy(item)
    metadata = {name: former["metadata"][name] for name in SERVER_METADATA if name in former["metadata"]}
    annotations = {
        name: value for name, value in annotations_of(former).items() if name.startswith(_SERVER_ANNOTATIONS)
    } | changed["metadata"].get("annotations", {})
    changed["metadata"] |= metadata
    if annotations:
        changed["metadata"]["annotations"] = annotations
    return changed


def _continued(former: Object, changed: Object) -> Object:
    """`changed`, given the status of `former`, and a generation that counts changes of the specification."""
    changed["metadata"]["generation"] = former["metadata"]["generation"]
    if "status" in former:
        changed["status"] = former["status"]
    if _specification(former) != _specification(changed):
        changed["metadata"]["generation"] += 1
    return changed


def _specification(item: Object) -> Object:
    return {name: value for name, value in item.items() if name not in ("metadata", "status")}


def _same_version(former: Object, item: Object) -> bool:
    return all(former["metadata"][name] == item["metadata"][name] for name in ("uid", "resourceVersion"))


def _with_conditions_of_others(status: Object, former: Object) -> Object:
    named = {condition["type"] for condition in status.get("conditions", [])}
    others = [one for one in former.get("status", {}).get("conditions", []) if one["type"] not in named]
    return {**status, "conditions": [*status.get("conditions", []), *others]} if others else status


def _namespace(name: str) -> Object:
    return {
        "apiVersion": NAMESPACE.api_version,
        "kind": NAMESPACE.name,
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }
