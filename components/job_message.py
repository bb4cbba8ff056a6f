"""JobMessage: the dynamic resource that waits for a Job, and holds what its pod left as its last word.

Pulumi's provider shows of a Job how it ended, and of pods nothing: their names are Kubernetes' own. It waits
for an image that isn't there as for one that takes its time, and for pods that a quota refuses in silence.
What a container writes to its termination log stays with its pod's status, so no pod needs any right to tell.
The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, UpdateResult

from .cluster.api import KubernetesApi, connect
from .cluster.pod_troubles import WARNINGS, last_words, troubles
from .cluster.waiting import Limits, Look, wait
from .running.clock import SystemClock
from .running.engine import engine_liveness
from .running.progress import Progress
from .running.provider import OwnProvider

JOB_LABEL = "batch.kubernetes.io/job-name"
"""Set by Kubernetes on every pod of a Job: https://kubernetes.io/docs/reference/labels-annotations-taints/."""
SECONDS_TO_BE_ENDED = 30.0
"""How long after its deadline a Job is still waited for: the reason that Kubernetes then gives says most."""


class JobMessage(pulumi.dynamic.Resource, module="kubernetes", name="JobMessage"):
    """Read once for each Job, when it has ended; that its pods are tidied away later changes nothing."""

    message: pulumi.Output[str]
    """Empty when the Job left none, or its pods are gone."""

    def __init__(
        self,
        name: str,
        kubeconfig: pulumi.Input[str],
        namespace: pulumi.Input[str],
        job: pulumi.Input[str],
        job_uid: pulumi.Input[str],
        limits: Limits | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`job_uid` tells `job` from its successor of that name. When that fails, so does this."""
        properties = {"namespace": namespace, "job": job, "jobUid": job_uid, "message": None}
        secret = pulumi.Output.secret(kubeconfig)
        inputs = {"kubeconfig": secret, "limits": (limits or Limits()).as_property(), **properties}
        super().__init__(JobMessageProvider(), name, inputs, opts)


class JobMessageProvider(OwnProvider):
    """Asks with the credentials by which the stack deploys."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # Renewed credentials are no reason to read again.
        return DiffResult(changes=_olds.get("jobUid") != _news.get("jobUid"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['namespace']}/{props['job']}", _await(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_await(_news))


def _await(props: dict[str, Any]) -> dict[str, Any]:
    clock, limits = SystemClock(), Limits.of(props)
    subject = f"Job {props['namespace']}/{props['job']}"
    with connect(props["kubeconfig"]) as api:
        ended = wait(
            subject,
            lambda: _look(api, props["namespace"], props["job"], props["jobUid"]),
            limits.job + SECONDS_TO_BE_ENDED,
            limits,
            clock=clock,
            progress=Progress(clock),
            alive=engine_liveness(),
        )
    kept = {name: props[name] for name in ("namespace", "job", "jobUid")}
    return {**kept, "message": ended.message}


def _look(api: KubernetesApi, namespace: str, job: str, uid: str) -> Look:
    found = api.get(f"/apis/batch/v1/namespaces/{namespace}/jobs/{job}")
    if found is None or found["metadata"]["uid"] != uid:
        return Look(failed="it is gone: somebody else has deleted it")
    path = f"/api/v1/namespaces/{namespace}"
    pods = list(api.list(f"{path}/pods", {"labelSelector": f"{JOB_LABEL}={job}"}))
    mine = [pod for pod in pods if uid in _owners(pod)]
    if ended := judge_end(found, mine):
        return ended
    return Look(
        missing="its pod has not ended",
        troubles=tuple(troubles(mine, api.list(f"{path}/events", WARNINGS), [uid])),
    )


def judge_end(job: dict[str, Any], pods: Sequence[dict[str, Any]]) -> Look | None:
    """How the Job ended, with what its `pods` said; None while it has not."""
    for condition in (job.get("status") or {}).get("conditions") or []:
        if condition["status"] != "True":
            continue
        if condition["type"] == "Complete":
            return Look(done=True, message=last_message(pods))
        if condition["type"] == "Failed":
            said = "\n".join(last_words(pods)) or condition.get("message", "")
            return Look(failed=f"[{condition.get('reason', '')}]\n{said}")
    return None


def last_message(pods: Sequence[dict[str, Any]]) -> str:
    """The message of the pod that succeeded; empty when there is none."""
    for pod in pods:
        if pod["status"].get("phase") == "Succeeded":
            for container in pod["status"].get("containerStatuses", []):
                return container["state"].get("terminated", {}).get("message", "")
    return ""


def _owners(pod: dict[str, Any]) -> list[str]:
    return [owner["uid"] for owner in pod["metadata"].get("ownerReferences", [])]
