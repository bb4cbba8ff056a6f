"""Jobs that run once for each change of their work: a digest of the work is part of their name.

The work is all that the Job says. Kubernetes changes no Job's template, so a Job that a killed run left under
this name must be the same one, or nothing could be applied to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes

from .pods import pod


def job_name(name: str, spec: kubernetes.batch.v1.JobSpecArgs, *more: str) -> pulumi.Output[str]:
    """The name of the Job that does what `spec` says, again whenever that or something in `more` changes."""
    described = pulumi.Output.json_dumps(spec, default=vars, sort_keys=True)
    return described.apply(lambda text: f"{name}-{_digest(text, *more)}")


def job_spec(
    container: kubernetes.core.v1.ContainerArgs, *, labels: Mapping[str, str], seconds: float
) -> kubernetes.batch.v1.JobSpecArgs:
    """A Job of one pod, with these `labels`, and of one try: the image itself tries again what may pass.

    Kubernetes ends it after so many `seconds`.

    Whoever waits for the Job then gets its reason with the first pod, not after minutes of tries in vain. A
    pod whose node is drained or lost has no fault in it, and is made anew:
    https://kubernetes.io/docs/tasks/job/pod-failure-policy/. Nothing is said there of exit codes: a Job that
    a rule with FailJob ends has the reason PodFailurePolicy, which Pulumi's provider waits through.
    """
    disruption = kubernetes.batch.v1.PodFailurePolicyOnPodConditionsPatternArgs(
        type="DisruptionTarget", status="True"
    )
    policy = kubernetes.batch.v1.PodFailurePolicyArgs(
        rules=[kubernetes.batch.v1.PodFailurePolicyRuleArgs(action="Ignore", on_pod_conditions=[disruption])]
    )
    return kubernetes.batch.v1.JobSpecArgs(
        backoff_limit=0,
        active_deadline_seconds=int(seconds),
        pod_failure_policy=policy,
        template=kubernetes.core.v1.PodTemplateSpecArgs(
            metadata=kubernetes.meta.v1.ObjectMetaArgs(labels={**labels}),
            spec=pod(container, restart_policy="Never"),
        ),
    )


REPLACED_UNLESS_COMPLETE = {"pulumi.com/replaceUnready": "true"}
"""Annotation by which the next `up` replaces a Job that failed, since the cause may be mended by then."""


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:10]
