"""The downward API: the fields of a pod that its container can read, and their values."""

import re

from emulator.kubernetes.server.objects import Object, annotations_of, labels_of

_LABEL_FIELD = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")
_ALIASES = {"status.podIPs": "status.podIP", "status.hostIPs": "status.hostIP"}
_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)


def field_of(pod: Object, path: str) -> str:
    """The text of a pod's field in the downward API; empty where the pod lacks it.

    https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
    """
    match = _LABEL_FIELD.fullmatch(path)
    if match:
        return (labels_of(pod) if match[1] == "labels" else annotations_of(pod)).get(match[2], "")
    part: object = pod
    for name in _ALIASES.get(path, path).split("."):
        part = part.get(name, "") if isinstance(part, dict) else ""
    return str(part)


def is_modelled_field(path: str) -> bool:
    """Whether `field_of` knows it."""
    return path in _FIELDS or _LABEL_FIELD.fullmatch(path) is not None
