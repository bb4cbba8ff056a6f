"""Rollout: the dynamic resource that waits until a Deployment runs as it was last declared.

It waits in place of Pulumi's provider, which holds an object in no state until it is ready: a run that is
killed meanwhile leaves one that nobody remembers. It also tells a missing image from a slow one, and says
when a quota refuses pods.
The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, UpdateResult

from .cluster.api import KubernetesApi, connect
from .cluster.pod_troubles import WARNINGS, troubles
from .cluster.waiting import Limits, Look, wait
from .running.clock import SystemClock
from .running.engine import engine_liveness
from .running.progress import Progress
from .running.provider import OwnProvider

REVISION = "deployment.kubernetes.io/revision"
"""The annotation by which Kubernetes counts a Deployment's ReplicaSets."""
KEPT = ("namespace", "deployment", "uid", "generation")


class Rollout(pulumi.dynamic.Resource, module="kubernetes", name="Rollout"):
    """Created, and updated, when every pod of the Deployment runs and is ready."""

    def __init__(
        self,
        name: str,
        kubeconfig: pulumi.Input[str],
        namespace: pulumi.Input[str],
        deployment: pulumi.Input[str],
        uid: pulumi.Input[str],
        generation: pulumi.Input[int],
        limits: Limits | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`generation` counts what was declared of the Deployment: for another one is waited again."""
        properties = {"namespace": namespace, "deployment": deployment, "uid": uid, "generation": generation}
        secret = pulumi.Output.secret(kubeconfig)
        inputs = {"kubeconfig": secret, "limits": (limits or Limits()).as_property(), **properties}
        super().__init__(RolloutProvider(), name, inputs, opts)


class RolloutProvider(OwnProvider):
    """Asks with the credentials by which the stack deploys."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=any(_olds.get(name) != _news.get(name) for name in KEPT))

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['namespace']}/{props['deployment']}", _await(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_await(_news))


def _await(props: dict[str, Any]) -> dict[str, Any]:
    clock, limits = SystemClock(), Limits.of(props)
    namespace, name = props["namespace"], props["deployment"]
    with connect(props["kubeconfig"]) as api:
        wait(
            f"Deployment {namespace}/{name}",
            lambda: _look(api, namespace, name),
            limits.rollout,
            limits,
            clock=clock,
            progress=Progress(clock),
            alive=engine_liveness(),
        )
    return {name: props[name] for name in KEPT}


def _look(api: KubernetesApi, namespace: str, name: str) -> Look:
    path = f"/apis/apps/v1/namespaces/{namespace}"
    deployment = api.get(f"{path}/deployments/{name}")
    if deployment is None:
        return Look(failed="it is gone: somebody else has deleted it")
    if not (missing := missing_of(deployment)):
        return Look(done=True)
    labels = deployment["spec"]["selector"]["matchLabels"]
    chosen = {"labelSelector": ",".join(f"{name}={value}" for name, value in labels.items())}
    newest = newest_replica_set(api.list(f"{path}/replicasets", chosen), deployment["metadata"]["uid"])
    if newest is None:
        return Look(missing=missing)
    uid = newest["metadata"]["uid"]
    core = f"/api/v1/namespaces/{namespace}"
    pods = [pod for pod in api.list(f"{core}/pods", chosen) if _is_owned(pod, uid)]
    return Look(missing=missing, troubles=tuple(troubles(pods, api.list(f"{core}/events", WARNINGS), [uid])))


def missing_of(deployment: dict[str, Any]) -> str:
    """What the Deployment lacks; empty when it runs as declared, as `kubectl rollout status` has it."""
    status, wanted = deployment.get("status") or {}, deployment["spec"].get("replicas", 1)
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        return "its controller has not seen it yet"
    updated, ready = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < wanted:
        return f"{updated} of {wanted} pods are made"
    if status.get("replicas", 0) > updated:
        return f"{status['replicas'] - updated} pods of before have not ended"
    return f"{ready} of {wanted} pods are ready" if ready < wanted else ""


def newest_replica_set(replica_sets: Iterable[dict[str, Any]], uid: str) -> dict[str, Any] | None:
    """The one that the Deployment with this uid made last."""
    own: Sequence[dict[str, Any]] = [one for one in replica_sets if _is_owned(one, uid)]
    return max(own, key=_revision, default=None)


def _revision(replica_set: dict[str, Any]) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(REVISION, 0))


def _is_owned(item: dict[str, Any], uid: str) -> bool:
    return any(owner["uid"] == uid for owner in item["metadata"].get("ownerReferences") or [])
