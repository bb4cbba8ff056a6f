"""JobMessage: the dynamic resource that holds what the pod of a finished Job left as its last word.

Pulumi's provider shows of a Job how it ended, and of pods nothing: their names are Kubernetes' own. What a
container writes to its termination log stays with its pod's status, so no pod needs any right to tell it.
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
    """Read once for each Job; that its pods are tidied away later changes nothing."""

    message: pulumi.Output[str]
    """Empty when the Job left none, or its pods are gone."""

    def __init__(
        self,
        name: str,
        kubeconfig: pulumi.Input[str],
        namespace: pulumi.Input[str],
        job: pulumi.Input[str],
        job_uid: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`job` must have ended when this is created. `job_uid` tells it from its successor of that name."""
        properties = {"namespace": namespace, "job": job, "jobUid": job_uid, "message": None}
        secret = pulumi.Output.secret(kubeconfig)
        super().__init__(JobMessageProvider(), name, {"kubeconfig": secret, **properties}, opts)


class JobMessageProvider(ResourceProvider):
    """Asks with the credentials by which the stack deploys."""

    serialize_as_secret_always = False
    """Nothing in it is secret, and it is pickled by reference: state holds its import path, no more."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # Renewed credentials are no reason to read again.
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
    """The message of the pod of that Job that succeeded; empty when there is none."""
    for pod in pods:
        owners = [owner["uid"] for owner in pod["metadata"].get("ownerReferences", [])]
        if job_uid in owners and pod["status"].get("phase") == "Succeeded":
            for container in pod["status"].get("containerStatuses", []):
                return container["state"].get("terminated", {}).get("message", "")
    return ""
