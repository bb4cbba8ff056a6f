"""JobMessage: the dynamic resource that reads the termination message of a finished Job's pod.

Pulumi's provider shows how a Job ended, but no pods: it doesn't know their names. What a container writes to
/dev/termination-log becomes part of its pod's status, so that a pod needs no rights to hand over a result.
The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ResourceProvider, UpdateResult

from .kubernetes_api import list_pods

JOB_LABEL = "batch.kubernetes.io/job-name"
"""Set by Kubernetes on every pod of a Job: https://kubernetes.io/docs/reference/labels-annotations-taints/."""


class JobMessage(pulumi.dynamic.Resource, module="kubernetes", name="JobMessage"):
    """The termination message of a Job, read once; it stays when the Job's pods are removed later."""

    message: pulumi.Output[str]
    """Empty where the Job's pod wrote none, or is gone."""

    def __init__(
        self,
        name: str,
        kubeconfig: pulumi.Input[str],
        namespace: pulumi.Input[str],
        job: pulumi.Input[str],
        job_uid: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`job` has to be finished when this is created; `job_uid` tells it from a later one of its name."""
        properties = {"namespace": namespace, "job": job, "jobUid": job_uid, "message": None}
        secret = pulumi.Output.secret(kubeconfig)
        super().__init__(JobMessageProvider(), name, {"kubeconfig": secret, **properties}, opts)


class JobMessageProvider(ResourceProvider):
    """Reads from the Kubernetes API with the kubeconfig that is among the resource's inputs."""

    serialize_as_secret_always = False
    """False, since it holds no secret: it is pickled by reference, so state has its import path only."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # Renewed credentials are no reason to read the message again.
        return DiffResult(changes=_olds.get("jobUid") != _news.get("jobUid"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['namespace']}/{props['job']}", _read(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_read(_news))


def _read(props: dict[str, Any]) -> dict[str, Any]:
    pods = list_pods(props["kubeconfig"], props["namespace"], {JOB_LABEL: props["job"]})
    kept = {name: props[name] for name in ("namespace", "job", "jobUid")}
    return {**kept, "message": last_message(pods, props["jobUid"])}


def last_message(pods: Sequence[dict[str, Any]], job_uid: str) -> str:
    """The termination message of the Job's pod that succeeded; empty where there is none."""
    for pod in pods:
        owners = [owner["uid"] for owner in pod["metadata"].get("ownerReferences", [])]
        if job_uid in owners and pod["status"].get("phase") == "Succeeded":
            for container in pod["status"].get("containerStatuses", []):
                return container["state"].get("terminated", {}).get("message", "")
    return ""
