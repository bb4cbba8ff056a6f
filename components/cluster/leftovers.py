"""What lies in a Kubernetes namespace that neither this stack nor Kubernetes itself has put there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .api import ApiRefused, ApiUnreachable, KubernetesApi, Object
from .marks import MARK

KUBERNETES_OWN = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
"""In every namespace: https://kubernetes.io/docs/concepts/configuration/configmap/ and
https://kubernetes.io/docs/concepts/security/service-accounts/."""
TOLD_BY_OTHERS = frozenset({"Event", "PodMetrics", "LocalSubjectAccessReview"})
"""Kinds that nobody makes: what Kubernetes says about other objects."""
OF_A_SERVICE = frozenset({"Endpoints", "EndpointSlice"})
"""Made for a Service, and gone after it. An Endpoints names no owner, but has the Service's name."""
SERVICE_ACCOUNT_TOKEN = "kubernetes.io/service-account-token"
SERVICE_NAME = "kubernetes.io/service-name"


@dataclass(frozen=True, order=True)
class Found:
    """An object, by what people call it."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Survey:
    """What was found, and the kinds that could not be listed, each with the reason."""

    foreign: Sequence[Found]
    unlisted: Sequence[str]


def survey(api: KubernetesApi, namespace: str, mark: str) -> Survey:
    """Look at every kind of object that the API server has in namespaces.

    Raises ApiUnreachable when it does not answer at all, ApiRefused when it hides which kinds there are, or
    when it does not list one of them just now, being busy or broken.
    """
    items: list[Object] = []
    unlisted: list[str] = []
    for path, kinds in _groups(api, unlisted):
        for plural, kind in kinds:
            try:
                items += [
                    {**item, "kind": kind} for item in api.list(f"{path}/namespaces/{namespace}/{plural}")
                ]
            except ApiRefused as refusal:
                if refusal.status == 429 or refusal.status >= 500:
                    raise ApiRefused(refusal.status, f"{plural} can't be listed: {refusal}.") from refusal
                if refusal.status != 405:
                    unlisted.append(f"{plural} ({refusal})")
    return Survey(foreign(items, mark), unlisted)


def foreign(items: Iterable[Object], mark: str) -> list[Found]:
    """Those of a namespace's objects that are somebody else's. `mark`: what ours bear."""
    # What has no uid is in no store: a server that extends the API makes it up when it is asked.
    items = [
        item for item in items if "uid" in item["metadata"] and "deletionTimestamp" not in item["metadata"]
    ]
    ours = {item["metadata"]["uid"] for item in items if _labels(item).get(MARK) == mark}
    # What is owned by ours is ours, however far down: a Deployment's ReplicaSet's pods.
    while more := {item["metadata"]["uid"] for item in items if _owners(item) & ours} - ours:
        ours |= more
    services = {item["metadata"]["name"] for item in items if item["kind"] == "Service"}
    left = (item for item in items if item["metadata"]["uid"] not in ours)
    return sorted({_found(item) for item in left if not _is_kubernetes_own(item, services)})


def _groups(api: KubernetesApi, unlisted: list[str]) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Each group's path with the kinds that can be listed in a namespace, as (plural, kind).

    https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api. Of a group that several
    versions have the one that the server prefers. What an API service that is down would have is not known.
    """
    yield "/api/v1", _kinds(api.get("/api/v1"))
    for group in (api.get("/apis") or {}).get("groups") or []:
        version = group["preferredVersion"]["groupVersion"]
        try:
            yield f"/apis/{version}", _kinds(api.get(f"/apis/{version}"))
        except (ApiRefused, ApiUnreachable) as failure:
            unlisted.append(f"everything in {version} ({failure})")


def _kinds(resources: Object | None) -> list[tuple[str, str]]:
    return [
        (one["name"], one["kind"])
        for one in (resources or {}).get("resources") or []
        if one["namespaced"] and "list" in one["verbs"] and "/" not in one["name"]
        if one["kind"] not in TOLD_BY_OTHERS
    ]


def _is_kubernetes_own(item: Object, services: set[str]) -> bool:
    kind, name = item["kind"], item["metadata"]["name"]
    if (kind, name) in KUBERNETES_OWN:
        return True
    if kind in OF_A_SERVICE:
        # Where its Service still stands, that one is named.
        return name in services or _labels(item).get(SERVICE_NAME) in services
    return kind == "Secret" and item.get("type") == SERVICE_ACCOUNT_TOKEN and _is_of_default(item)


def _is_of_default(secret: Object) -> bool:
    """Clusters that were made before Kubernetes 1.24 have one of these in every namespace."""
    annotations: dict[str, Any] = secret["metadata"].get("annotations") or {}
    return annotations.get("kubernetes.io/service-account.name") == "default"


def _found(item: Object) -> Found:
    return Found(item["kind"], item["metadata"]["name"])


def _labels(item: Object) -> dict[str, str]:
    return item["metadata"].get("labels") or {}


def _owners(item: Object) -> set[str]:
    return {owner["uid"] for owner in item["metadata"].get("ownerReferences") or []}
