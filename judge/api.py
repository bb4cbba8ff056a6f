"""A client of an API server, by which scenarios read and change objects without the program."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

Object = dict[str, Any]

FIELD_MANAGER = "somebody-else"
"""The field manager of changes that a scenario makes without the program."""

_PATHS = {
    "Node": "/api/v1/nodes",
    "Namespace": "/api/v1/namespaces",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
}


@dataclass(frozen=True)
class Api:
    """The API of one server, for one user.

    A refused request raises httpx.HTTPStatusError, with the server's message.
    """

    server: str
    authority: Path
    token: str

    def reach(self, path: str) -> bool:
        """Whether the server answers a GET of the path with success."""
        try:
            return self._client.get(path).is_success
        except (httpx.TransportError, OSError):
            # OSError: the server writes its certificate only before it listens.
            return False

    def list(self, kind: str, namespace: str = "") -> list[Object]:
        """The objects of a kind in a namespace."""
        # The items of a list have no field `kind`.
        return [{**item, "kind": kind} for item in self._send("GET", _collection(kind, namespace))["items"]]

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object, or None."""
        answer = self._client.get(f"{_collection(kind, namespace)}/{name}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else _checked(answer)

    def create(self, item: Object) -> Object:
        """Creates the object; returns it as the server has stored it."""
        metadata = item["metadata"]
        return self._send("POST", _collection(item["kind"], metadata.get("namespace", "")), item)

    def set_status(self, item: Object) -> None:
        """Sets the object's status, as a controller does."""
        path = _path(item)
        self._send("PATCH", f"{path}/status", {"status": item["status"]}, "application/merge-patch+json")

    def patch(self, item: Object, changes: Mapping[str, Any]) -> None:
        """Changes these fields, as `kubectl patch --type merge` does."""
        self._send("PATCH", _path(item), changes, "application/merge-patch+json")

    def delete(self, item: Object) -> None:
        """Deletes the object."""
        self._send("DELETE", _path(item))

    def evict(self, pod: Object) -> None:
        """Evicts the pod, as `kubectl drain` does with each pod of a node."""
        metadata = {name: pod["metadata"][name] for name in ("name", "namespace")}
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        self._send("POST", f"{_path(pod)}/eviction", eviction)

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.server,
            verify=ssl.create_default_context(cafile=str(self.authority)),
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )

    def _send(self, method: str, path: str, body: object = None, kind: str = "application/json") -> Object:
        answer = self._client.request(
            method,
            path,
            params={} if method in ("GET", "DELETE") else {"fieldManager": FIELD_MANAGER},
            headers={"Content-Type": kind},
            json=body,
        )
        return _checked(answer)


def _collection(kind: str, namespace: str) -> str:
    return _PATHS[kind].format(namespace)


def _path(item: Object) -> str:
    metadata = item["metadata"]
    return f"{_collection(item['kind'], metadata.get('namespace', ''))}/{metadata['name']}"


def _checked(answer: httpx.Response) -> Object:
    if not answer.is_success:
        message = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
    return answer.json()
