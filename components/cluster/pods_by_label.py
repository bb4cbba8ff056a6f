"""The pods that bear a label in a namespace: the newest one, what it logs, and why none runs."""

from __future__ import annotations

from collections.abc import Sequence

from .api import KubernetesApi, Object
from .pod_troubles import WARNINGS, troubles


def pods_by_label(api: KubernetesApi, namespace: str, label: str) -> list[Object]:
    """Those that are not about to end, the newest first. `label`: `name=value`.

    Raises ApiUnreachable and ApiRefused, as all here do.
    """
    pods = list(api.list(f"/api/v1/namespaces/{namespace}/pods", {"labelSelector": label}))
    staying = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return sorted(staying, key=lambda pod: pod["metadata"].get("creationTimestamp") or "", reverse=True)


def runs(pod: Object) -> bool:
    """Whether its containers have been started."""
    return (pod.get("status") or {}).get("phase") == "Running"


def restarts(pod: Object) -> int:
    """How often its containers have been started again."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return sum(int(status.get("restartCount") or 0) for status in statuses)


def why_none_runs(api: KubernetesApi, namespace: str, label: str, pods: Sequence[Object]) -> str:
    """What keeps the label's `pods` from running, or from being made, in the words of Kubernetes.

    Kubernetes keeps the latter to events about the ReplicaSet that should make them.
    """
    sets = api.list(f"/apis/apps/v1/namespaces/{namespace}/replicasets", {"labelSelector": label})
    owners = [one["metadata"]["uid"] for one in sets]
    warnings = api.list(f"/api/v1/namespaces/{namespace}/events", WARNINGS)
    found = "; ".join(map(str, troubles(pods, warnings, owners)))
    where = f"pod {pods[0]['metadata']['name']} does not run yet" if pods else f"there is no pod with {label}"
    return f"{where}: {found}" if found else where


def log(api: KubernetesApi, namespace: str, pod: str, seconds: int) -> str:
    """What the pod has logged in the last `seconds`, as judged on its node; empty where there is no such pod.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
    """
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
    return api.text(path, {"sinceSeconds": seconds}) or ""
