"""Rules for pods: security contexts, and secrets in environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .identity import HIDDEN
from .resource import Resource, items_at, value_at
from .rule import Finding, Rule

POD_SPECS = {
    "kubernetes:core/v1:Pod": "spec",
    "kubernetes:apps/v1:DaemonSet": "spec.template.spec",
    "kubernetes:apps/v1:Deployment": "spec.template.spec",
    "kubernetes:apps/v1:ReplicaSet": "spec.template.spec",
    "kubernetes:apps/v1:StatefulSet": "spec.template.spec",
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
    "kubernetes:batch/v1:Job": "spec.template.spec",
}
"""The path of the pod's specification, by kind."""
NAME_OF_A_SECRET = re.compile(r"(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|KEY|CREDENTIALS?)$", re.IGNORECASE)


def rights_of_pods(resource: Resource) -> Iterator[Finding]:
    """Pods that run as root, share the node's namespaces or files, or may gain privileges."""
    for path, pod in _pods(resource):
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.get(name) is True:
                yield f"{path}.{name}", True
        for place, volume in items_at(pod, "volumes"):
            if volume.get("hostPath") is not None:
                yield f"{path}.{place}.hostPath", volume["hostPath"]
        for place, container in _containers(pod):
            for name, value in _rights(pod, container):
                yield f"{path}.{place}.securityContext.{name}", value


def plain_secrets(resource: Resource) -> Iterator[Finding]:
    """A secret as the plain value of an environment variable, instead of a reference to a Secret."""
    for path, pod in _pods(resource):
        for place, container in _containers(pod):
            for variable, entry in items_at(container, "env"):
                if entry.get("value") and NAME_OF_A_SECRET.search(str(entry.get("name"))):
                    yield f"{path}.{place}.{variable}.value", HIDDEN


def _pods(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    path = POD_SPECS.get(resource.type)
    if path and isinstance(pod := resource.at(path), Mapping):
        yield path, pod


def _containers(pod: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind in ("initContainers", "containers"):
        yield from items_at(pod, kind)


def _rights(pod: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[Finding]:
    own = value_at(container, "securityContext.runAsNonRoot")
    inherited = value_at(pod, "securityContext.runAsNonRoot")
    if (inherited if own is None else own) is not True:
        yield "runAsNonRoot", own
    escalation = value_at(container, "securityContext.allowPrivilegeEscalation")
    if escalation is not False:
        yield "allowPrivilegeEscalation", escalation
    if value_at(container, "securityContext.privileged") is True:
        yield "privileged", True


PODS_WITHOUT_RIGHTS = Rule(
    name="pods-without-rights",
    demand="must keep pods from being root, becoming root, and reaching into their node",
    why="whoever takes over a container would have the node, and with it every pod there",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
    find=rights_of_pods,
)
NO_SECRETS_IN_PODS = Rule(
    name="no-secrets-in-pods",
    demand="must come from a Secret, by valueFrom.secretKeyRef",
    why="whoever may look at a pod or its Deployment reads what stands there in plain",
    source="https://kubernetes.io/docs/concepts/configuration/secret/",
    find=plain_secrets,
)
