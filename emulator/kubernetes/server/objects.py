"""Kubernetes objects as plain JSON: how they are named, selected and owned."""

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emulator.providers.provider import Unknown

Object = dict[str, Any]

ProbeName = Literal["startupProbe", "livenessProbe", "readinessProbe"]
PROBES: tuple[ProbeName, ...] = ("startupProbe", "livenessProbe", "readinessProbe")

# The API server's alphabet for generated names: no vowels, so that no words come out.
# https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5
# https://github.com/kubernetes/apiserver/blob/master/pkg/storage/names/generate.go
_LONGEST_BASE = 63 - _SUFFIX_LENGTH


@dataclass(frozen=True)
class Kind:
    """A kind of object that the emulator models."""

    api_version: str
    name: str
    namespaced: bool = True

    @property
    def plural(self) -> str:
        """Its name in the API's messages, e.g. deployments.apps."""
        group = self.api_version.rpartition("/")[0]
        return self.resource + (f".{group}" if group else "")

    @property
    def resource(self) -> str:
        """Its name in the API's paths, e.g. deployments."""
        name = self.name.lower()
        return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


NAMESPACE = Kind("v1", "Namespace", namespaced=False)
CONFIG_MAP = Kind("v1", "ConfigMap")
SECRET = Kind("v1", "Secret")
SERVICE = Kind("v1", "Service")
SERVICE_ACCOUNT = Kind("v1", "ServiceAccount")
POD = Kind("v1", "Pod")
DEPLOYMENT = Kind("apps/v1", "Deployment")
REPLICA_SET = Kind("apps/v1", "ReplicaSet")
JOB = Kind("batch/v1", "Job")
DISRUPTION_BUDGET = Kind("policy/v1", "PodDisruptionBudget")
NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy")

INTERNAL_BALANCER = "service.beta.kubernetes.io/azure-load-balancer-internal"
"""AKS's annotation of a Service whose load balancer has an address of the nodes' network, "true" if so."""

KINDS = {
    kind.name: kind
    for kind in (
        NAMESPACE,
        CONFIG_MAP,
        SECRET,
        SERVICE,
        SERVICE_ACCOUNT,
        POD,
        DEPLOYMENT,
        REPLICA_SET,
        JOB,
        DISRUPTION_BUDGET,
        NETWORK_POLICY,
    )
}


@dataclass(frozen=True, order=True)
class Key:
    """The unique key of an object in its cluster. `namespace` is "" for kinds without one."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


def key_of(item: Object) -> Key:
    """The key of an object that has a name."""
    return Key(item["kind"], item["metadata"].get("namespace") or "", item["metadata"]["name"])


def qualified_name(item: Object) -> str:
    """`namespace/name`, or `name` in namespace default or without one: as Pulumi's messages print it."""
    namespace, name = item["metadata"].get("namespace"), item["metadata"]["name"]
    return f"{namespace}/{name}" if namespace and namespace != "default" else name


def labels_of(item: Object) -> Mapping[str, str]:
    """The object's labels."""
    return item["metadata"].get("labels") or {}


def annotations_of(item: Object) -> Mapping[str, str]:
    """The object's annotations; none as long as they are unknown."""
    metadata = item["metadata"]
    annotations = None if isinstance(metadata, Unknown) else metadata.get("annotations")
    return {} if annotations is None or isinstance(annotations, Unknown) else annotations


def selects(labels: Mapping[str, str], item: Object) -> bool:
    """Whether `item` carries all of `labels`."""
    carried = labels_of(item)
    return all(carried.get(name) == value for name, value in labels.items())


def owner_reference(owner: Object) -> Object:
    """The entry of ownerReferences in an object that `owner` controls."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owned_by(owner: Object, item: Object) -> bool:
    """Whether `owner` is one of the owner references of `item`."""
    references = item["metadata"].get("ownerReferences") or []
    return any(reference["uid"] == owner["metadata"]["uid"] for reference in references)


def deleting(item: Object) -> bool:
    """Whether the object's deletion has been requested."""
    return "deletionTimestamp" in item["metadata"]


def has_ended(pod: Object) -> bool:
    """Whether the pod has succeeded or failed."""
    return pod["status"]["phase"] in ("Succeeded", "Failed")


def generated_name(base: str) -> str:
    """`base` and five random characters, as the API server completes a generateName."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(_SUFFIX_LENGTH))
    return f"{base[:_LONGEST_BASE]}{suffix}"


def template_hash(template: Object) -> str:
    """The label pod-template-hash: equal templates have equal ones. (Kubernetes uses FNV over Go's dump.)"""
    number = int.from_bytes(hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()[:6], "big")
    letters = []
    for _ in range(10):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def timestamp(moment: datetime.datetime) -> str:
    """A time as the API writes it, to the second."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> datetime.datetime:
    """The time that `timestamp` wrote."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)


def condition_of(item: Object, condition_type: str) -> Object | None:
    """The condition of that type in the object's status."""
    conditions = item.get("status", {}).get("conditions", [])
    return next((condition for condition in conditions if condition["type"] == condition_type), None)


def is_true(item: Object, condition_type: str) -> bool:
    """Whether the object's status has that condition and it is True."""
    condition = condition_of(item, condition_type)
    return condition is not None and condition["status"] == "True"
