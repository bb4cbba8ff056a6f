"""The fields that the emulator accepts; `unmodelled` refuses any other by its name.

The emulator acts on what it accepts. The exceptions, which one machine can't honour, have a comment each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.kubernetes.controllers.scheduling import TOPOLOGY_KEYS
from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    JOB,
    NAMESPACE,
    NETWORK_POLICY,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    Object,
)
from emulator.providers.provider import Failure, Unknown


@dataclass(frozen=True)
class Only:
    """A field that is modelled with these values alone."""

    values: Sequence[Any]


class _Any:
    """A field that is modelled whatever its value."""


ANY = _Any()
Shape = _Any | Only | Mapping[str, "Shape"] | list["Shape"]

_METADATA: Shape = {"name": ANY, "namespace": ANY, "labels": ANY, "annotations": ANY}
_SELECTOR: Shape = {"matchLabels": ANY}
_REFERENCE: Shape = {"name": ANY, "key": ANY, "optional": ANY}
_HTTP_GET: Shape = {"path": ANY, "port": ANY, "httpHeaders": ANY, "scheme": Only(["HTTP"])}
_HANDLERS: Mapping[str, Shape] = {
    "exec": ANY,
    "httpGet": _HTTP_GET,
    "tcpSocket": {"port": ANY},
}
_PROBE: Shape = {
    **_HANDLERS,
    "initialDelaySeconds": ANY,
    "periodSeconds": ANY,
    "timeoutSeconds": ANY,
    "successThreshold": ANY,
    "failureThreshold": ANY,
}
# Without effect: RuntimeDefault forbids no system call that an ordinary program makes.
_SECCOMP: Shape = {"type": Only(["RuntimeDefault"])}
_POD_SECURITY: Shape = {
    "runAsUser": ANY,
    "runAsNonRoot": ANY,
    "seccompProfile": _SECCOMP,
    # Without effect: a pod's files are its image's, or writable by everybody.
    "runAsGroup": ANY,
    "fsGroup": ANY,
}
_CONTAINER_SECURITY: Shape = {
    "runAsUser": ANY,
    "runAsGroup": ANY,
    "runAsNonRoot": ANY,
    "readOnlyRootFilesystem": ANY,
    "allowPrivilegeEscalation": ANY,
    "privileged": Only([False]),
    "capabilities": {"drop": ANY},
    "seccompProfile": _SECCOMP,
}
_ENVIRONMENT: Shape = [
    {
        "name": ANY,
        "value": ANY,
        "valueFrom": {
            "fieldRef": {"fieldPath": ANY, "apiVersion": Only(["v1"])},
            "secretKeyRef": _REFERENCE,
            "configMapKeyRef": _REFERENCE,
        },
    }
]
_IMPORTED: Shape = {"name": ANY, "optional": ANY}
_CONTAINER: Shape = {
    "name": ANY,
    "image": ANY,
    "imagePullPolicy": ANY,
    "command": ANY,
    "args": ANY,
    "workingDir": ANY,
    "env": _ENVIRONMENT,
    "envFrom": [{"prefix": ANY, "secretRef": _IMPORTED, "configMapRef": _IMPORTED}],
    "ports": [{"name": ANY, "containerPort": ANY, "protocol": Only(["TCP"])}],
    # Without effect: requests would place pods and limits throttle them; here they share one machine.
    "resources": {"requests": ANY, "limits": ANY},
    "securityContext": _CONTAINER_SECURITY,
    "startupProbe": _PROBE,
    "livenessProbe": _PROBE,
    "readinessProbe": _PROBE,
    "lifecycle": {"preStop": {**_HANDLERS, "sleep": ANY}},
    "volumeMounts": [{"name": ANY, "mountPath": ANY, "subPath": ANY, "readOnly": Only([False])}],
    "terminationMessagePath": Only(["/dev/termination-log"]),
    "terminationMessagePolicy": ANY,
}
_POD: Shape = {
    "containers": [_CONTAINER],
    "restartPolicy": ANY,
    "terminationGracePeriodSeconds": ANY,
    "securityContext": _POD_SECURITY,
    # Without effect: a size limit would evict a pod; here the machine's memory is the limit.
    "volumes": [
        {
            "name": ANY,
            "emptyDir": {"medium": ANY, "sizeLimit": ANY},
            "downwardAPI": {"items": [{"path": ANY, "fieldRef": {"fieldPath": ANY}}]},
        }
    ],
    # Without effect: pods can't reach the API server, for which the token would be.
    "automountServiceAccountToken": ANY,
    "serviceAccountName": ANY,
    "enableServiceLinks": Only([False]),
    "hostNetwork": Only([False]),
    "hostPID": Only([False]),
    "hostIPC": Only([False]),
    "hostAliases": [{"ip": ANY, "hostnames": ANY}],
    "dnsPolicy": Only(["ClusterFirst", "Default"]),
    "topologySpreadConstraints": [
        {
            "topologyKey": Only(list(TOPOLOGY_KEYS)),
            "maxSkew": ANY,
            "whenUnsatisfiable": ANY,
            "labelSelector": _SELECTOR,
            "matchLabelKeys": ANY,
        }
    ],
    # Every node of a cluster runs Linux, on x64.
    "os": {"name": Only(["linux"])},
    "nodeSelector": {"kubernetes.io/os": Only(["linux"]), "kubernetes.io/arch": Only(["amd64"])},
}
_TEMPLATE: Shape = {"metadata": {"labels": ANY, "annotations": ANY, "name": ANY}, "spec": _POD}

# The fourth, FailIndex, is for Jobs whose pods are numbered.
_POD_FAILURE_ACTIONS = ["FailJob", "Ignore", "Count"]

_SHAPES: Mapping[str, Mapping[str, Shape]] = {
    NAMESPACE.name: {},
    CONFIG_MAP.name: {"data": ANY, "immutable": ANY},
    SECRET.name: {"data": ANY, "stringData": ANY, "immutable": ANY, "type": ANY},
    SERVICE_ACCOUNT.name: {"automountServiceAccountToken": ANY},
    SERVICE.name: {
        "spec": {
            # A ClusterIP Service has no address: pods can't reach one another by a Service.
            "type": Only(["LoadBalancer", "ClusterIP"]),
            "selector": ANY,
            "ports": [
                {
                    "name": ANY,
                    "port": ANY,
                    "targetPort": ANY,
                    "protocol": Only(["TCP"]),
                    "appProtocol": Only(["http", "tcp"]),
                }
            ],
            "loadBalancerSourceRanges": ANY,
            "sessionAffinity": Only(["None"]),
            "externalTrafficPolicy": Only(["Cluster"]),
            "internalTrafficPolicy": Only(["Cluster"]),
            "ipFamilyPolicy": Only(["SingleStack"]),
            "ipFamilies": Only([["IPv4"]]),
        }
    },
    DEPLOYMENT.name: {
        "spec": {
            "replicas": ANY,
            "selector": _SELECTOR,
            "template": _TEMPLATE,
            "strategy": ANY,
            "minReadySeconds": ANY,
            "revisionHistoryLimit": ANY,
            "progressDeadlineSeconds": ANY,
            "paused": Only([False]),
        }
    },
    JOB.name: {
        "spec": {
            "template": _TEMPLATE,
            "backoffLimit": ANY,
            "completions": ANY,
            "parallelism": ANY,
            "activeDeadlineSeconds": ANY,
            "ttlSecondsAfterFinished": ANY,
            "completionMode": Only(["NonIndexed"]),
            "suspend": Only([False]),
            "podFailurePolicy": {
                "rules": [{"action": Only(_POD_FAILURE_ACTIONS), "onExitCodes": ANY, "onPodConditions": ANY}]
            },
        }
    },
    DISRUPTION_BUDGET.name: {
        "spec": {
            "maxUnavailable": ANY,
            "minAvailable": ANY,
            "selector": _SELECTOR,
            "unhealthyPodEvictionPolicy": ANY,
        }
    },
    # Without effect: network policies are not enforced.
    NETWORK_POLICY.name: {"spec": ANY},
}


def top_level_fields(kind: str) -> list[str]:
    """The fields of a kind that are modelled, in part at least."""
    return ["apiVersion", "kind", "metadata", *_SHAPES[kind]]


def unmodelled(item: Object) -> list[Failure]:
    """A failure for each field, and each value, of `item` that the emulator does not accept."""
    shape: Shape = {"apiVersion": ANY, "kind": ANY, "metadata": _METADATA, **_SHAPES[item["kind"]]}
    return [
        Failure(path, f"not modelled by the emulator: {what}") for path, what in _surplus("", item, shape)
    ]


def _surplus(path: str, value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    if isinstance(value, Unknown) or value is None or isinstance(shape, _Any):
        return
    if isinstance(shape, Only):
        if value not in shape.values:
            allowed = " or ".join(map(str, shape.values))
            yield path, f"{path} {value!r}; only {allowed} is"
    elif isinstance(shape, list):
        for index, element in enumerate(value if isinstance(value, list) else []):
            yield from _surplus(f"{path}[{index}]", element, shape[0])
    elif isinstance(value, dict):
        for name, element in value.items():
            step = f"{path}.{name}" if path else name
            if name in shape:
                yield from _surplus(step, element, shape[name])
            else:
                yield step, step
